import type { StageFailure, StageOutcome } from '../../machines/record-changes.js';
import type { ThreadRecord } from '../../machines/thread-record.js';
import { inTurn } from '../actors/in-turn.js';
import { sleep as untilOver } from '../actors/system-clock.js';
import { messageOf, systemCodeOf } from '../protocol/errors.js';
import type { FaultAct } from '../protocol/fault.js';
import { type ErrorLevel, StageError } from '../protocol/level.js';
import { checkAfterFailure, checkInputs, withEarlier, withNotes } from './checked-stage.js';
import { act } from './fault-acts.js';
import { putAside } from './large-outputs.js';
import { leftFailure } from './left-manager.js';
import { withShortMessage } from './long-message.js';
import { sectorFiles } from './sector-files.js';
import type { Stage, StageContext } from './stage.js';
import { takenOver } from './taken-over.js';

/** A made-up failure, for demonstrations and tests (`[[sealvisor.faults]]`). `times` 0 = always, per sector. */
export interface Fault {
  readonly stage: string;
  readonly level: ErrorLevel;
  readonly message: string;
  readonly times: number;
  /** How the thread dies, instead of the stage failing. */
  readonly act?: FaultAct;
  /** Probability per attempt, 0 to 1. @default 1 */
  readonly chance?: number;
}

export interface RunnerOptions {
  readonly stages: Readonly<Record<string, Stage>>;
  /** The processor name of a state's stage (docs/spec.md#processor-protocol), or the stage in snake_case. */
  readonly nameOf: (state: string) => string;
  readonly faults: readonly Fault[];
  /** Minimum duration of a stage in ms, by processor name. */
  readonly leastMs: Readonly<Record<string, number>>;
  /** Checks, before each stage and before outputs are kept, that the thread's location is still on its disk. @throws wrong_disk */
  readonly check?: () => void;
  /** A stage was done, or had nothing to do yet. */
  readonly onOutcome?: (record: ThreadRecord, event: string) => void;
}

/** Rejects with a StageFailure, a plain value, so that its level survives the state machine. */
export type StageRunner = (context: Omit<StageContext, 'sleep'>) => Promise<StageOutcome>;

const diskErrors = new Set([
  'ENOSPC',
  'EIO',
  'EROFS',
  'EDQUOT',
  'EACCES',
  'EPERM',
  'ENOTDIR',
  'EMFILE',
  'EFBIG',
]);
const passingErrors = new Set(['remote_error', 'bad_answer', 'process_gone']);
/**
 * No manager responded, or the wrong one did: the stage waits, and this does not count as a failed attempt
 * (docs/spec.md#failures).
 */
const outages = new Set(['unreachable', 'deadline_exceeded', 'other_manager']);

/** What a thrown value means for the thread (docs/spec.md#failures). */
export function failureOf(thrown: unknown): StageFailure {
  if (thrown instanceof StageError) {
    const { level, message, isRejected } = thrown;
    return isRejected ? { level, message, isRejected } : { level, message };
  }
  const code = systemCodeOf(thrown);
  const message = messageOf(thrown);
  if (code !== undefined && diskErrors.has(code))
    return { level: 'critical', message: `${message}: check the disk, then resume` };
  if (code !== undefined && outages.has(code)) return { level: 'temporary', message, isUnreachable: true };
  if (code === 'wrong_disk') return { level: 'critical', message };
  if (code !== undefined && passingErrors.has(code)) return { level: 'temporary', message };
  return { level: 'permanent', message };
}

/** Runs one stage at a time: a stage that was aborted has released its files before the next one starts. */
export function stageRunner(options: RunnerOptions): StageRunner {
  const oneAtATime = inTurn();
  const failed = new Map<string, number>();

  const injectFault = async (name: string, sector: string) => {
    for (const [index, fault] of options.faults.entries()) {
      if (fault.stage !== name) continue;
      const key = `${index}:${sector}`;
      const times = failed.get(key) ?? 0;
      if (fault.times > 0 && times >= fault.times) continue;
      if (Math.random() >= (fault.chance ?? 1)) continue;
      failed.set(key, times + 1);
      if (fault.act !== undefined) await act(fault.act);
      throw new StageError(fault.level, fault.message);
    }
  };

  const run = async (context: Omit<StageContext, 'sleep'>): Promise<StageOutcome> => {
    const { record, signal } = context;
    const stage = options.stages[record.state];
    if (!stage) throw new StageError('critical', `no stage leads out of ${record.state}`);
    const name = options.nameOf(record.state);
    const sleep = async (ms: number) => {
      await untilOver(ms, signal);
    };
    signal.throwIfAborted();
    options.check?.();
    await injectFault(name, record.sector?.id ?? '-');
    const least = options.leastMs[name] ?? 0;
    const started = performance.now();
    await checkInputs(context);
    const notes = await takenOver(context);
    const outcome = await stage({ ...context, sleep }).catch(async (thrown: unknown) => {
      const { level, isRejected = false } = failureOf(thrown);
      if (level === 'permanent' && !isRejected && !signal.aborted) await checkAfterFailure(context);
      throw thrown;
    });
    options.onOutcome?.(record, outcome.event);
    const left = least - (performance.now() - started);
    if (left > 0) await sleep(left);
    if (!record.sector) return outcome;
    const made = await withNotes(context, outcome);
    const { outputs } = withEarlier({ ...outcome, ...(made ? { outputs: made } : {}) }, notes);
    if (!outputs) return outcome;
    const { root } = sectorFiles(context.location, record.sector.id);
    options.check?.();
    return { ...outcome, outputs: await putAside(outputs, root) };
  };

  return (context) => {
    return oneAtATime(() => run(context)).catch(async (thrown: unknown) => {
      const { record, location } = context;
      const root = record.sector ? sectorFiles(location, record.sector.id).root : undefined;
      const failure = leftFailure(thrown, record, location) ?? failureOf(thrown);
      throw await withShortMessage(failure, options.nameOf(record.state), root);
    });
  };
}
