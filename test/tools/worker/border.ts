/** The main side of a thread's border, where a test needs a part of it. */
import type { DeskCalls, MainSide } from '#src/worker/border/contract.js';
import { type DeskCallsParts, deskCalls } from '#src/worker/desk/calls.js';

const refuse = (verb: string) => () => Promise.reject(new Error(`nobody answers ${verb} here`));

/** Refuses every call. */
export const refusing: MainSide = {
  desk: { ask: refuse('desk.ask'), granted: refuse('desk.granted'), leave: refuse('desk.leave') },
  stores: { rooms: refuse('stores.rooms'), take: refuse('stores.take') },
  processes: { takeUp: refuse('processes.takeUp'), request: refuse('processes.request') },
  settings: { now: refuse('settings.now') },
  manager: () => {
    throw new Error('there is no manager here');
  },
};

/** A thread's side of the desk, with disks of which nothing is asked. */
export function callsOf(
  desk: DeskCallsParts['desk'],
  index: number,
  parts: Partial<DeskCallsParts> = {},
): DeskCalls {
  return deskCalls(index, {
    desk,
    space: { prepare: async () => true, leave: () => undefined },
    isSpaceEnabled: () => false,
    arrive: () => undefined,
    settingsOf: () => Promise.reject(new Error('no settings here')),
    ...parts,
  });
}
