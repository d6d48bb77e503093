/** Which refusals of a report are final. Pure. */
import { SealvisorError, systemCodeOf } from '../../protocol/errors.js';

/** Whether the report's content was refused, so that a retry cannot help: not an outage, a busy manager or a failed login. */
export function isNeverAccepted(error: unknown): boolean {
  const code = systemCodeOf(error);
  if (/^(remote_error|not_your_sector|body_too_large|invalid_request)$/.test(code ?? '')) return true;
  const status = error instanceof SealvisorError ? Number(error.data?.httpStatus) : Number.NaN;
  return status === 400 || status === 413 || status === 414 || status === 415 || status === 422;
}

/** Whether it carries a sealvisor error code: such a manager asks through the heartbeat for a report that it would accept. */
export function isNamedRefusal(error: unknown): boolean {
  if (!(error instanceof SealvisorError)) return false;
  return error.code !== 'remote_error' || error.data?.code !== undefined;
}
