/** The checks of a processor (docs/spec.md#processor-protocol), in this order. */
import { parseAnswer, readyLine, shortened } from '../../processes/protocol.js';
import type { Check } from './check.js';
import { afterwards } from './checks-afterwards.js';
import { answerText, type Found, failed, isDone, ok, skipped, warn, whyNot } from './found.js';
import { answerIds, readyLines, type Said, type Trial } from './trial.js';

const atOnce = 8;
const largeBytes = 50_000_000;
/** How long there must be no output after an invalid line, until it counts as ignored, in ms. */
const silenceMs = 2000;
const unknownTask = { no_such_field: 1 };
const garbage = ['no json at all', '', '{"id":', '[1]', '{"task":{}}'];

export const checks: readonly Check[] = [
  {
    name: 'ready line',
    run: async (session) => {
      const { stage, stableWaitMs } = session;
      const word = readyLine(stage);
      const trial = await session.start();
      const isReady = await trial.until(() => readyLines(trial, word).length > 0, stableWaitMs);
      const [first] = trial.lines;
      const [ready] = readyLines(trial, word);
      if (!isReady || !ready || !first) {
        const instead = first ? `, but "${shortened(first.line)}"` : '';
        return failed(`no line "${word}"${instead}: ${whyNot(trial, stableWaitMs)}`);
      }
      if (ready.line.toString() !== word) return warn(`${JSON.stringify(ready.line.toString())}`);
      if (first !== ready) return warn(`other lines come before it: "${shortened(first.line)}"`);
      return ok(`after ${Math.round(ready.atMs)} ms`);
    },
    advice:
      'print "<stage> processor ready" as the first line on stdout, flush it, and do slow things before it',
  },
  {
    name: 'answer',
    needs: 'ready line',
    run: async (session) => {
      const { sample, timeoutMs } = session;
      const trial = await session.up();
      const id = trial.ask(sample.task(0));
      const askedMs = performance.now();
      const answer = await answered(trial, id, timeoutMs);
      if (answer) return ok(`${answerText(answer)}, after ${Math.round(performance.now() - askedMs)} ms`);
      const [stranger] = answerIds(trial);
      if (stranger !== undefined) return failed(`id ${id} was asked, and ${stranger} is answered`);
      const why = whyNot(trial, timeoutMs);
      if (!sample.isOpaque || !trial.isUp()) return failed(`no answer to id ${id}: ${why}`);
      return warn(`silent over a task that it cannot read: ${why}`);
    },
    advice:
      'answer each {"id":n,"task":{…}} with one line {"id":n,"err_msg":null,"output":…}, flushed; give a task it can do with --task',
  },
  {
    name: 'form of an answer',
    needs: 'answer',
    run: async ({ trials }) => formOf(firstAnswer(trials)),
    advice: 'err_msg is null and output is there, or err_msg is a text that says why and output is null',
  },
  {
    name: 'output',
    needs: 'form of an answer',
    run: async ({ trials, sample }) => {
      const answer = parseAnswer(firstAnswer(trials).line);
      if (!answer.ok) return skipped('the task was refused: try one that it can do, with --task');
      if (sample.fits(answer.output)) return ok(`is ${sample.expected}`);
      return failed(`${shortened(Buffer.from(JSON.stringify(answer.output)))} is not ${sample.expected}`);
    },
    advice:
      'answer with the output that docs/processors.md describes for the stage; it is passed on as it is',
  },
  {
    name: 'upgraded sector',
    isFor: ({ upgraded }) => upgraded !== undefined,
    needs: 'answer',
    run: async (session) => {
      const { sample, timeoutMs } = session;
      const known = sample.upgraded?.();
      if (!known) return skipped('no such sector');
      const trial = await session.up();
      const answer = await answered(trial, trial.ask(known.task), timeoutMs);
      if (!answer) return failed(`no answer: ${whyNot(trial, timeoutMs)}`);
      if (!isDone(answer)) return skipped(answerText(answer));
      if (known.isRight()) return ok('what was put into a real sector of 2KiB comes out');
      return failed('other bytes come out of a real sector of 2KiB than were put in');
    },
    advice:
      'decode an upgraded sector with comm_r_old and comm_d_new (docs/processors.md), or refuse it: a worker finds other bytes only after the hours',
  },
  {
    name: 'several at once',
    needs: 'answer',
    run: async (session) => {
      const { sample, timeoutMs, isSafeAtOnce } = session;
      if (!isSafeAtOnce) return skipped('one task was given: it is not done twice at once');
      const trial = await session.up();
      const ids = Array.from({ length: atOnce }, (_, n) => trial.ask(sample.task(n + 1)));
      const isAll = await trial.until(() => ids.every((id) => trial.answers(id).length > 0), timeoutMs);
      const without = ids.filter((id) => trial.answers(id).length === 0);
      if (!isAll)
        return failed(`no answer to ${without.join(', ')} of ${atOnce}: ${whyNot(trial, timeoutMs)}`);
      return ok(`${atOnce} asked, each answered with its own id`);
    },
    advice: 'read on while you work, or take them one after another; keep the id of each with its work',
  },
  {
    name: 'unknown task',
    needs: 'answer',
    run: async (session) => {
      const trial = await session.up();
      const withinMs = Math.min(session.timeoutMs, silenceMs);
      const answer = await answered(trial, trial.ask(unknownTask), withinMs);
      if (!trial.isUp()) return failed(whyNot(trial, withinMs));
      if (!answer) return warn(`silent: ${whyNot(trial, withinMs)}`);
      return isDone(answer) ? warn('it says that it has done it') : ok(answerText(answer));
    },
    advice: 'answer it with err_msg: a worker waits for the answer as long as the process lives',
  },
  {
    name: 'garbage',
    needs: 'answer',
    run: async (session) => {
      const { sample, timeoutMs } = session;
      const trial = await session.up();
      for (const line of garbage) trial.send(line);
      const answer = await answered(trial, trial.ask(sample.task(0)), timeoutMs);
      if (!answer) return failed(`no answer to the task behind it: ${whyNot(trial, timeoutMs)}`);
      return ok(`${garbage.length} lines that are not requests, and the task behind them is answered`);
    },
    advice: 'log a line that is not a request on stderr, and keep reading',
  },
  {
    name: 'after a failure',
    needs: 'answer',
    run: async (session) => {
      const { sample, timeoutMs, trials } = session;
      const wasDone = isDone(firstAnswer(trials));
      const trial = await session.up();
      trial.ask(unknownTask);
      const answer = await answered(trial, trial.ask(sample.task(0)), timeoutMs);
      if (!answer) return failed(`no answer: ${whyNot(trial, timeoutMs)}`);
      if (wasDone && !isDone(answer)) return failed(`done before, now ${answerText(answer)}`);
      return ok(answerText(answer));
    },
    advice:
      'a task that fails is an answer with err_msg, no end; a task is repeated on the files an earlier try left',
  },
  {
    name: 'large task',
    needs: 'answer',
    run: async (session) => {
      const { sample, stage, timeoutMs } = session;
      if (!sample.large) return skipped(`a task of ${stage} is small`);
      const trial = await session.up();
      const answer = await answered(trial, trial.ask(sample.large(largeBytes)), timeoutMs);
      if (answer) return ok(`50 MB, ${answerText(answer)}`);
      if (!trial.isUp()) return failed(`50 MB: ${whyNot(trial, timeoutMs)}`);
      return warn(`silent over 50 MB: ${whyNot(trial, timeoutMs)}`);
    },
    advice: 'a C1 output is a line of 50 MB: read whole lines, whatever their length',
  },
  ...afterwards,
];

async function answered(trial: Trial, id: number, withinMs: number): Promise<Said | undefined> {
  await trial.until(() => trial.answers(id).length > 0, withinMs);
  return trial.answers(id)[0];
}

/** The answer that the check `answer` received. */
function firstAnswer(trials: readonly Trial[]): Said {
  const found = trials.map((trial) => trial.answers(1)[0]).find((answer) => answer !== undefined);
  if (found) return found;
  throw new Error('a check that needs an answer was run without one');
}

function formOf({ line }: Said): Found {
  let answer: { readonly err_msg?: unknown; readonly output?: unknown };
  try {
    answer = JSON.parse(line.toString());
  } catch {
    return failed(`no JSON: ${shortened(line)}`);
  }
  const { err_msg: message = null, output = null } = answer;
  if (message !== null && typeof message !== 'string')
    return failed(`err_msg is ${shortened(Buffer.from(JSON.stringify(message)))}`);
  if (message === null && output === null) return failed('neither err_msg nor output');
  if (message !== null && output !== null) return warn('both err_msg and output: it counts as refused');
  if (message === '') return warn('err_msg is empty: nobody will know why');
  return ok(message === null ? 'output, and no err_msg' : 'err_msg, and no output');
}
