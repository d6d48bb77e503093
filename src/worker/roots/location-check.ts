/** Whether threads can use their locations. */
import type { SealvisorError } from '../../protocol/errors.js';

/**
 * One refused disk fails only its thread; if all are refused, the worker does not start, unless a disk may come back:
 * then the worker serves, and the thread starts when the disk is back. @throws the first refusal
 */
export function checkAnyUsable(
  locations: readonly string[],
  faultOf: (path: string) => SealvisorError | undefined,
): void {
  const faults = locations.map(faultOf);
  const [first] = faults;
  if (first && faults.every((fault) => fault && !mayPass(fault))) throw first;
}

/** Whether the disk may come back: it was used before and is missing, cannot be used now, or does not answer. */
export function mayPass({ data }: SealvisorError): boolean {
  return data?.mayPass === true || data?.expected !== undefined;
}
