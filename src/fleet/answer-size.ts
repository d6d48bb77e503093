/** How much of another daemon's answer is read, by the request: an endless answer cannot fill the memory. */
import { SealvisorError } from '../protocol/errors.js';

const mib = 1024 * 1024;

const usual = mib;
/** For the threads of a worker, or the tree of a daemon. */
const perThread = 8 * mib;
/** Window jobs name every sector of a partition; jobs hold their pieces. */
const job = 8 * mib;
/** For lists without pages, and rows of history. */
const list = 32 * mib;

/** What all answers may take at the same time beyond their first 1 MiB each. */
const mostTogether = 64 * mib;
let takenTogether = 0;

/** Maximum bytes of an answer to a REST path, with or without its query. */
export function mostOfPath(path: string): number {
  const [plain = ''] = path.split('?');
  if (/\/(history|sectors|jobs|workers)$/.test(plain)) return list;
  return /\/(threads|tree)$/.test(plain) ? perThread : usual;
}

const largeMethods: Readonly<Record<string, number>> = {
  'VenusWorker.WorkerList': perThread,
  'Venus.WdPoStAllocateJobs': job,
  'Venus.AllocateSanpUpSector': job,
  'Venus.AllocateRebuildSector': job,
  'Venus.AcquireDeals': job,
  'Venus.WorkerPingInfoList': job,
};

export function mostOfMethod(method: string): number {
  return largeMethods[method] ?? usual;
}

/** Counts the bytes of one answer; call `done` when it is read or dropped. */
export function answerCounter(most: number, by = 'the other side') {
  let size = 0;
  let taken = 0;
  return {
    /** @throws bad_answer */
    add: (bytes: number): void => {
      size += bytes;
      if (size > most)
        throw new SealvisorError(
          'bad_answer',
          `the answer of ${by} is larger than ${most / mib} MiB, the most that is read`,
        );
      const wanted = size - usual - taken;
      if (wanted <= 0) return;
      if (takenTogether + wanted > mostTogether)
        throw new SealvisorError(
          'bad_answer',
          `too many large answers are being read, that of ${by} beside them: ask again in a moment`,
        );
      takenTogether += wanted;
      taken += wanted;
    },
    done: (): void => {
      takenTogether -= taken;
      taken = 0;
    },
  };
}
