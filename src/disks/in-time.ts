/** Calls to a disk; a disk that does not answer has its own error code. */
import { SealvisorError } from '../protocol/errors.js';
import type { DiskGate } from './disk-gate.js';

/** @throws what `work` throws; disk_hung when the disk of `path` does not answer in time */
export async function inTime<T>(gate: DiskGate, path: string, work: () => Promise<T>): Promise<T> {
  let isAnswered = false;
  const answering = () =>
    work().finally(() => {
      isAnswered = true;
    });
  try {
    return await gate.within(path, answering);
  } catch (cause) {
    if (isAnswered) throw cause;
    throw new SealvisorError(
      'disk_hung',
      `the disk of ${path} has not answered in time: check it, then try again when it answers`,
      { cause, data: { path, mayPass: true } },
    );
  }
}
