/** A sealing thread's calls to the desk: disk space is checked first; a slot for a new job comes with current settings. */
import { sectorPlace } from '../../../machines/index.js';
import type { DeskCalls } from '../border/contract.js';
import type { SettingsOfThread } from '../border/setup.js';
import type { Processors } from '../processors/words.js';
import type { Space } from '../space/words.js';
import type { Desk } from './words.js';

export interface DeskCallsParts {
  readonly desk: Pick<Desk, 'ask' | 'granted' | 'leave'>;
  readonly space: Pick<Space, 'prepare' | 'leave'>;
  readonly isSpaceEnabled: () => boolean;
  /** Called for each request, before the desk. */
  readonly arrive: Processors['arrive'];
  /** The settings for a new job. */
  readonly settingsOf: (index: number) => Promise<SettingsOfThread>;
}

/** The calls of one thread. */
export function deskCalls(index: number, parts: DeskCallsParts): DeskCalls {
  const { desk, space, isSpaceEnabled, arrive, settingsOf } = parts;
  /** The id of the thread's latest request for a new job. */
  let jobId: number | undefined;
  return {
    // Without a space check there is no await before the desk: requests reach it in the thread's order.
    ask: async (id, name, isResumed, need) => {
      arrive(index, name);
      if (name === sectorPlace) jobId = id;
      if (need && isSpaceEnabled() && !(await space.prepare({ index, id, stage: name, need })))
        return { granted: false };
      const answer = desk.ask(index, id, name, isResumed);
      return answer.granted && name === sectorPlace
        ? { ...answer, settings: await settingsOf(index) }
        : answer;
    },
    granted: async (id) => {
      const isForJob = id === jobId;
      const granted = await desk.granted(index, id);
      return isForJob ? { ...granted, settings: await settingsOf(index) } : granted;
    },
    leave: async (id, how) => {
      space.leave(index, id);
      desk.leave(index, id, how);
    },
  };
}
