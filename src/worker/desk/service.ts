import { deskCalls } from '../thread/desk.js';
import type { Left } from './breaker.js';
import type { Desk } from './words.js';

/** The desk's side of a thread's calls; undefined when the call is none of the desk's. */
export function deskService(desk: Desk) {
  return (name: string, args: readonly unknown[]): Promise<unknown> | undefined => {
    switch (name) {
      // The arguments were typed where the calls are made, in thread-desk.ts.
      case deskCalls.ask:
        return asked(() => desk.ask(...(args as Parameters<Desk['ask']>)));
      case deskCalls.granted:
        return desk.granted(...(args as Parameters<Desk['granted']>));
      case deskCalls.leave:
        return asked(() => desk.leave(...(args as [number, number, Left])));
      default:
        return undefined;
    }
  };
}

/** At once: what a thread says first is done first. */
async function asked<T>(act: () => T): Promise<T> {
  return act();
}
