/** Checks of how a processor ends, and of everything that it wrote until then. */
import { answerId, progressOf, readyLine, shortened } from '../../processes/protocol.js';
import type { Check } from './check.js';
import { endText, failed, ok, skipped, warn } from './found.js';
import { answerIds, readyLines, type Said, type Trial } from './trial.js';

/** How long a process may take to exit after its stdin has ended, in ms; after that a worker kills it. */
const endWithinMs = 5000;

export const afterwards: readonly Check[] = [
  {
    name: 'stdin closed',
    needs: 'ready line',
    run: async (session) => {
      const trial = await session.up();
      const startedMs = performance.now();
      const ended = await trial.end(endWithinMs);
      if (!ended) return failed(`it runs on after ${endWithinMs} ms, and was killed`);
      return ok(`it ${endText(ended)} after ${Math.round(performance.now() - startedMs)} ms`);
    },
    advice:
      'end when stdin ends: nobody waits for an answer any more, and a worker that was killed leaves no process',
  },
  {
    name: 'stays up',
    needs: 'ready line',
    run: async ({ trials }) => {
      const [first, ...others] = trials.flatMap((trial) => trial.endedEarly() ?? []);
      if (!first) return ok('it never ended before it was asked to');
      return failed(
        `it ${endText(first)}${others.length > 0 ? `, and ended ${others.length} times more` : ''}`,
      );
    },
    advice:
      'keep running until stdin ends: an exit fails every task in flight, and a worker restarts the program only after a delay',
  },
  {
    name: 'one answer each',
    needs: 'ready line',
    run: async ({ trials }) => {
      const twice = trials.flatMap((trial) => [...trial.asked].filter((id) => trial.answers(id).length > 1));
      const unknown = trials.flatMap((trial) => answerIds(trial).filter((id) => !trial.asked.has(id)));
      if (twice.length > 0) return failed(`id ${listed(twice)} is answered more than once`);
      if (unknown.length > 0) return failed(`id ${listed(unknown)} was never requested`);
      const count = trials.reduce((sum, trial) => sum + answerIds(trial).length, 0);
      return count > 0
        ? ok(`${count} answers, none twice, none to an unknown id`)
        : skipped('it answers nothing');
    },
    advice: 'answer each id exactly once: the first answer counts, and the stage continues with it',
  },
  {
    name: 'stdout',
    needs: 'ready line',
    run: async ({ trials, stage }) => {
      const strays = trials.flatMap((trial) => strayLines(trial, stage));
      const progress = trials.flatMap(({ lines }) => lines.filter(({ line }) => progressOf(line)));
      const [first] = strays;
      if (first) return warn(`${strays.length} stray lines, such as "${shortened(first.line)}"`);
      return ok(
        progress.length > 0 ? `answers, and ${progress.length} lines of progress` : 'nothing but answers',
      );
    },
    advice:
      'log on stderr: what is not an answer on stdout is dropped, or dumped (venus-worker worker enable-dump)',
  },
];

/** Lines that are neither the ready line, an answer nor progress. */
function strayLines(trial: Trial, stage: string): readonly Said[] {
  const [ready] = readyLines(trial, readyLine(stage));
  return trial.lines.filter((said) => said !== ready && answerId(said.line) === undefined);
}

const listed = (ids: readonly number[]) => [...new Set(ids)].slice(0, 8).join(', ');
