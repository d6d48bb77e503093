import { SealvisorError } from '../../../protocol/errors.js';

/** What a persisted sector is when it does not give back what was sealed. */
export function damaged(path: string, fault: string): SealvisorError {
  return new SealvisorError(
    'data_damaged',
    `${path} is damaged: ${fault}; restore the sector from another copy`,
  );
}
