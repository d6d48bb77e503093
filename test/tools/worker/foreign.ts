/** Programs of somebody that speak the protocol, each in its own way. */
import type { ProcessorConfig } from '#src/config/processor-config.js';
import { fileOf } from '../e2e/setup.js';
import { scriptFile } from '../processes/setup.js';

/**
 * A program that does a stage as `answers` says: a function body, given `id` and `task`, that may `say(line)`,
 * and `give(output)`; `asked` counts the tasks of its life.
 */
export function foreign(
  stage: ProcessorConfig['stage'],
  answers: string,
  more: Partial<ProcessorConfig> = {},
): ProcessorConfig {
  const script = scriptFile(`
import { closeSync } from 'node:fs';
import { createInterface } from 'node:readline';
const say = (line) => process.stdout.write(line + '\\n');
let asked = 0;
say('${stage} processor ready');
createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, task } = JSON.parse(line);
  asked += 1;
  const give = (output, to = id) => say(JSON.stringify({ id: to, err_msg: null, output }));
  const fail = (why) => say(JSON.stringify({ id, err_msg: why, output: null }));
  ${answers}
}).on('close', () => process.exit());`);
  return {
    stage,
    bin: process.execPath,
    // What it gives is in our formats: as a wrapper of our command it goes with our other processors.
    args: [script, fileOf('venus-worker')],
    stableWaitMs: 20_000,
    envs: {},
    inheritEnvs: true,
    autoRestart: true,
    ...more,
  };
}

/** Does the task with our own code, in the program's process. */
export const doIt = (stage: string) =>
  `const { runTask } = await import(${JSON.stringify(
    new URL('../../../dist/src/sealing/builtin/index.js', import.meta.url).href,
  )});
  const done = await runTask('${stage}', task, { signal: new AbortController().signal, progress: () => undefined });`;
