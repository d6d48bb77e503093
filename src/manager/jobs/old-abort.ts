/** How upstream's workers up to v0.8 abort a sector: they report it as a state or a level, and then that they are done with it. Pure. */
import type { StateReport } from '../../protocol/sealer.js';

/** What was reported last, of a sector or of a job. */
interface Reported {
  readonly worker: StateReport['Worker'] | null;
  readonly failure: StateReport['Failure'];
}

/** Whether a worker that is done with it has aborted it. `state`: of its plan. */
export function reportsAbort(state: string | null, failure: Reported['failure']): boolean {
  return state === 'Aborted' || failure?.Level === 'abort';
}

export function abortReasonOf({ worker, failure }: Reported): string {
  return failure?.Desc || `aborted by ${worker?.Instance || 'its worker'}, which gives no reason`;
}
