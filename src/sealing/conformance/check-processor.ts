/** Tests another program's processor against the protocol, check by check. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readyLine } from '../../processes/protocol.js';
import { messageOf } from '../../protocol/errors.js';
import type { ProcessorStage } from '../tasks.js';
import type { Session } from './check.js';
import { checks } from './checks.js';
import { type Found, failed, skipped, type Verdict } from './found.js';
import { givenTask, sampleTask } from './sample-tasks.js';
import { readyLines, startTrial, type Trial } from './trial.js';

export interface CheckOptions {
  readonly command: string;
  /** @default [] */
  readonly args?: readonly string[];
  readonly stage: ProcessorStage;
  /** How long it may take until it is ready, in ms. @default 5000, a worker's `stable_wait` */
  readonly stableWaitMs?: number;
  /** How long an answer may take, in ms. @default 30000 */
  readonly timeoutMs?: number;
  /** A task that it can do. @default a sample task that needs no sector, and that it may refuse */
  readonly task?: unknown;
  /** Aborts the checks, and kills the processes that were started. @default never */
  readonly signal?: AbortSignal;
}

export interface CheckResult extends Found {
  readonly check: string;
  /** What to do; null when nothing is wrong. */
  readonly advice: string | null;
}

/** Leaves no process running and no files. @throws start_failed when the command cannot be executed */
export async function checkProcessor(options: CheckOptions): Promise<readonly CheckResult[]> {
  const { stage, signal = new AbortController().signal } = options;
  const dir = mkdtempSync(join(tmpdir(), 'sealvisor-check-'));
  const trials: Trial[] = [];
  const session = sessionOf({ ...options, signal }, dir, trials);
  const verdicts = new Map<string, Verdict>();
  const results: CheckResult[] = [];
  try {
    for (const { name, isFor, needs, run, advice } of checks) {
      signal.throwIfAborted();
      if (isFor && !isFor(session.sample)) continue;
      const isTried = needs === undefined || verdicts.get(needs) === 'ok' || isLenient(verdicts, needs);
      const found = isTried
        ? await run(session).catch((thrown: unknown) => {
            // If even the first process cannot be started, the caller gets the error.
            if (trials.length === 0) throw thrown;
            return failed(messageOf(thrown));
          })
        : skipped(`needs: ${needs}`);
      verdicts.set(name, found.verdict);
      const isGood = found.verdict === 'ok' || found.verdict === 'skipped';
      results.push({ check: name, ...found, advice: isGood ? null : advice.replaceAll('<stage>', stage) });
    }
    return results;
  } finally {
    await Promise.all(trials.map((trial) => trial.end(0)));
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A check with a warning does not prevent those that need it, except the check `answer`. */
function isLenient(verdicts: ReadonlyMap<string, Verdict>, needs: string): boolean {
  return needs !== 'answer' && verdicts.get(needs) === 'warn';
}

function sessionOf(
  options: CheckOptions & { readonly signal: AbortSignal },
  dir: string,
  trials: Trial[],
): Session {
  const { command, args = [], stage, stableWaitMs = 5000, timeoutMs = 30_000, task, signal } = options;
  const start = async () => {
    const trial = await startTrial({ command, args, signal });
    trials.push(trial);
    return trial;
  };
  return {
    stage,
    sample: task === undefined ? sampleTask(stage, dir) : givenTask(stage, dir, task),
    stableWaitMs,
    timeoutMs,
    isSafeAtOnce: task === undefined,
    trials,
    start,
    up: async () => {
      const last = trials.at(-1);
      if (last?.isUp()) return last;
      const trial = await start();
      await trial.until(() => readyLines(trial, readyLine(stage)).length > 0, stableWaitMs);
      return trial;
    },
  };
}
