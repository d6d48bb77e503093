import { messageOf, SealvisorError, systemCodeOf } from '../../protocol/errors.js';
import { StageError } from '../../protocol/level.js';

const noSpace = new Set(['ENOSPC', 'EDQUOT']);
/** Faults of a path or disk, not of the data: the same task may succeed once the operator has fixed it. */
const placeFaults = new Set([
  'EACCES',
  'EBUSY',
  'EEXIST',
  'EFBIG',
  'EIO',
  'EISDIR',
  'ELOOP',
  'EMFILE',
  'ENAMETOOLONG',
  'ENFILE',
  'ENODEV',
  'ENOENT',
  'ENOTDIR',
  'ENXIO',
  'EPERM',
  'EROFS',
  'ESTALE',
  'ETIMEDOUT',
]);

/** The stage failure for a fault at `path`: faults of the file system are critical, anything else is returned unchanged. */
export function faultAt(path: string, thrown: unknown): unknown {
  if (thrown instanceof StageError || thrown instanceof SealvisorError) return thrown;
  const code = systemCodeOf(thrown);
  if (code === undefined) return thrown;
  if (noSpace.has(code))
    return new StageError('critical', `No space left for ${path}: free space, then resume`, {
      cause: thrown,
    });
  if (!placeFaults.has(code)) return thrown;
  const message = `Cannot use ${path} (${messageOf(thrown)}): repair it, then resume`;
  return new StageError('critical', message, { cause: thrown });
}

/** The failure for wrong data; a retry would fail the same way. */
export function wrongData(message: string): StageError {
  return new StageError('permanent', message);
}
