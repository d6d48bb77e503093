/** Whether threads can work where they are told to. */
import type { SealvisorError } from '../../protocol/errors.js';

/**
 * One disk that refuses is its thread's failure; where all do, it is the configuration's, unless a disk is only missing:
 * then the worker serves, and the thread starts when the disk is there. @throws the first refusal
 */
export function checkAnyUsable(
  locations: readonly string[],
  faultOf: (path: string) => SealvisorError | undefined,
): void {
  const faults = locations.map(faultOf);
  const [first] = faults;
  if (first && faults.every((fault) => fault && !mayPass(fault))) throw first;
}

/** A disk that was used before and is missing, or does not answer, may come back. */
export function mayPass({ data }: SealvisorError): boolean {
  return data?.mayPass === true || data?.expected !== undefined;
}
