/** Which reports a manager has refused for good. Pure. */
import { SealvisorError, systemCodeOf } from '../../protocol/errors.js';

/** By what was sent, whenever it is sent: not for an outage, a manager that is busy, or one that wants another login. */
export function isNeverAccepted(error: unknown): boolean {
  const code = systemCodeOf(error);
  if (/^(remote_error|not_your_sector|body_too_large|invalid_request)$/.test(code ?? '')) return true;
  const status = error instanceof SealvisorError ? Number(error.data?.httpStatus) : Number.NaN;
  return status === 400 || status === 413 || status === 414 || status === 415 || status === 422;
}

/** A manager of ours says why by a code, and it asks by the heartbeat for a report that it would accept. */
export function isNamedRefusal(error: unknown): boolean {
  if (!(error instanceof SealvisorError)) return false;
  return error.code !== 'remote_error' || error.data?.code !== undefined;
}
