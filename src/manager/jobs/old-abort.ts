/**
 * How upstream's workers up to v0.8 abort a sector: they report a state or level of abort, and then that it is
 * finalized. Pure.
 */
import type { StateReport } from '../../protocol/sealer.js';

/** The last report of a sector or a job. */
interface Reported {
  readonly worker: StateReport['Worker'] | null;
  readonly failure: StateReport['Failure'];
}

/** Whether a worker that reports it finalized has aborted it. `state`: of the worker's plan. */
export function reportsAbort(state: string | null, failure: Reported['failure']): boolean {
  return state === 'Aborted' || failure?.Level === 'abort';
}

export function abortReasonOf({ worker, failure }: Reported): string {
  return failure?.Desc || `aborted by ${worker?.Instance || 'its worker'}, which gives no reason`;
}
