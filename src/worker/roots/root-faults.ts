/** Errors of roots that are not used. */
import { messageOf, SealvisorError } from '../../protocol/errors.js';

export function faultFrom(path: string, error: unknown): SealvisorError {
  if (error instanceof SealvisorError) return error;
  return new SealvisorError(
    'location_not_writable',
    `cannot use ${path}: ${messageOf(error)}; check the disk`,
    {
      cause: error,
      data: { mayPass: true },
    },
  );
}

export function copied(path: string, twin: string): SealvisorError {
  return new SealvisorError(
    'wrong_disk',
    `${path} has the mark of ${twin}: it is a copy of it, or the same directory; give it a directory of its own`,
  );
}
