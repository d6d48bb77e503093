/** Programs whose outputs are as large as one likes: they do the stage, and neither they nor who reads them hold it in memory. */
import type { ProcessorConfig } from '#src/config/processor-config.js';
import { scriptFile } from '../processes/setup.js';
import { doIt } from './foreign.js';

/** Stands for nothing else in a task or an output; so much of it is one output's own. */
const filler = '~';

/**
 * A program that gives what our own code makes of the task, and in it a text of `bytes` fillers. It counts the fillers of its
 * task, and fails unless there are as many as `expected`.
 */
export function padded(stage: ProcessorConfig['stage'], bytes: number, expected: number): ProcessorConfig {
  const script = scriptFile(`
const filler = ${filler.charCodeAt(0)};
const block = Buffer.alloc(1024 * 1024, filler);
const put = (piece) => new Promise((done) => (process.stdout.write(piece) ? done() : process.stdout.once('drain', done)));
let rest = [];
let fillers = 0;
const answer = async (line) => {
  const { id, task } = JSON.parse(line);
  const counted = fillers;
  fillers = 0;
  if (counted !== ${expected}) return put(JSON.stringify({ id, err_msg: counted + ' fillers came', output: null }) + '\\n');
  ${doIt(stage)}
  const head = JSON.stringify({ id, err_msg: null, output: { ...done, padding: '' } });
  await put(head.slice(0, -3));
  for (let left = ${bytes}; left > 0; left -= block.length) await put(block.subarray(0, left));
  await put('"}}\\n');
};
process.stdin.on('data', (chunk) => {
  const isFiller = chunk.length <= block.length && chunk.equals(block.subarray(0, chunk.length));
  const kept = isFiller ? Buffer.alloc(0) : chunk.filter((byte) => byte !== filler);
  fillers += chunk.length - kept.length;
  rest.push(kept);
  if (kept.at(-1) !== 10) return;
  const line = Buffer.concat(rest).toString();
  rest = [];
  void answer(line);
}).on('end', () => process.exit());
process.stdout.write('${stage} processor ready\\n');`);
  return {
    ...{ stage, bin: process.execPath, args: [script], stableWaitMs: 20_000 },
    ...{ envs: {}, inheritEnvs: true, autoRestart: true },
  };
}
