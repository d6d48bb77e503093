/** `worker adopt`. */
import { SealvisorError } from '../../../src/protocol/errors.js';
import { someOf } from '../../../src/protocol/some-of.js';
import { isEmpty, type ThreadView } from '../../../src/protocol/thread.js';
import type { WorkerReply, WorkerView } from '../../../src/protocol/worker.js';
import { answerControl, exitCodes, tell } from '../../output/say.js';
import { askYes, canAsk } from '../ask-yes.js';
import { askAt, baseOf, operator, type Where } from './ask.js';

export interface AdoptOptions extends Where {
  readonly reason?: string;
  readonly yes?: boolean;
}

/** Has the worker adopt the manager that answers now, and only the one that was shown. @throws usage, revision_conflict */
export async function adopt(options: AdoptOptions): Promise<void> {
  const base = await baseOf(options);
  const { name, manager } = await askAt<WorkerView>(base, 'GET', '/api/v1/worker');
  const other = manager?.other;
  const held = other ? heldText(await askAt<readonly ThreadView[]>(base, 'GET', '/api/v1/threads')) : '';
  if (other && !options.yes && !(await isMeant({ name, own: manager.id, other: other.id, held }))) {
    tell('nothing was adopted');
    process.exitCode = exitCodes.unchanged;
    return;
  }
  const body = { ...(other ? { manager: other.id } : {}), reason: options.reason, by: operator() };
  const reply = await askAt<WorkerReply>(base, 'POST', '/api/v1/worker/adopt', body);
  answerControl(reply, options.json === true);
}

interface Adoption {
  readonly name: string;
  readonly own: string | null;
  readonly other: string;
  /** What happens to the current sectors; may be empty. */
  readonly held: string;
}

/** The threads that hold a sector or a job, and what an adoption does with it. */
function heldText(threads: readonly ThreadView[]): string {
  const held = threads.filter((view) => !isEmpty(view));
  if (held.length === 0) return '';
  const each = held.map(({ index, sector, job, state }) => `#${index} ${sector?.id ?? job} at ${state}`);
  return `; ${someOf(each)}: what the first manager gave is aborted where nothing was submitted, and paused where it may be on chain`;
}

async function isMeant({ name, own, other, held }: Adoption): Promise<boolean> {
  const what = `worker ${name} has sectors of manager ${own}; manager ${other} answers now${held}`;
  if (!canAsk())
    throw new SealvisorError(
      'usage',
      `${what}: adopt it with --yes, if the first one is gone for good or was moved`,
    );
  return askYes(`${what}. Adopt manager ${other}?`);
}
