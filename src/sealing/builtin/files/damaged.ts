import { SealvisorError } from '../../../protocol/errors.js';

/** The error for a persisted sector that no longer decodes to what was sealed. */
export function damaged(path: string, fault: string): SealvisorError {
  return new SealvisorError(
    'data_damaged',
    `${path} is damaged: ${fault}; restore the sector from another copy`,
  );
}
