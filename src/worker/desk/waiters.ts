import { SealvisorError } from '../../protocol/errors.js';
import type { Granted } from '../border/contract.js';

interface Waiter {
  resolve(granted: Granted): void;
  reject(reason: SealvisorError): void;
}

/** Calls that wait until their thread may start; a thread is in one queue at most. */
export function deskWaiters() {
  const waiters = new Map<number, Waiter[]>();
  const take = (index: number) => {
    const taken = waiters.get(index) ?? [];
    waiters.delete(index);
    return taken;
  };
  return {
    wait: (index: number) =>
      new Promise<Granted>((resolve, reject) => {
        waiters.set(index, [...(waiters.get(index) ?? []), { resolve, reject }]);
      }),
    grant: (index: number, granted: Granted) => {
      for (const { resolve } of take(index)) resolve(granted);
    },
    refuse: (index: number, why: string) => {
      for (const { reject } of take(index)) reject(new SealvisorError('thread_gone', why));
    },
  };
}
