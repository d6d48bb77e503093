import { serveProcessor } from '../../src/processes/serve-processor.js';
import { SealvisorError } from '../../src/protocol/errors.js';
import { builtinStages } from '../../src/protocol/stages.js';
import { runTask } from '../../src/sealing/builtin/index.js';
import { failureOf } from '../../src/sealing/runner.js';
import type { ProcessorStage, Tasks } from '../../src/sealing/tasks.js';
import { tell } from '../output/say.js';

/** Runs a stage's tasks from stdin until it ends. @throws usage */
export async function processor(name: string): Promise<void> {
  const stage = builtinStages.find((known) => known === name);
  if (!stage)
    throw new SealvisorError(
      'usage',
      `no built-in processor does ${name}: there are ${builtinStages.join(', ')}; see venus-worker processor --help`,
    );
  // Ctrl-C is for the worker, which ends this process when no stage needs it any more.
  process.on('SIGINT', () => tell('a processor ends when its input ends (Ctrl-D)'));
  await serveProcessor({
    stage,
    run: (task, work) => runTask(stage, asTask(stage, task), work),
    failureText,
    input: process.stdin,
    output: process.stdout,
    log: tell,
  });
  // Exit without waiting for files that are not closed in time.
  process.exit();
}

/** The message after its level, which the thread parses: the failure is the same as if the stage had run in the thread. */
function failureText(thrown: unknown): string {
  const { level, message, isUnreachable } = failureOf(thrown);
  return `${isUnreachable ? 'unreachable' : level}: ${message}`;
}

function asTask<S extends ProcessorStage>(stage: S, task: unknown): Tasks[S]['task'] {
  // A worker of this version set its fields; the processors verify their values.
  if (typeof task === 'object' && task !== null) return task as Tasks[S]['task'];
  throw new SealvisorError('invalid_request', `a task of ${stage} is a JSON object`);
}
