/** What a sealing thread asks of the desk: its disk is looked at first, and a place for a new job brings the settings of the moment. */
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
  /** Told of each ask, before the desk. */
  readonly arrive: Processors['arrive'];
  /** As they are for a new job. */
  readonly settingsOf: (index: number) => Promise<SettingsOfThread>;
}

/** The calls of one thread. */
export function deskCalls(index: number, parts: DeskCallsParts): DeskCalls {
  const { desk, space, isSpaceEnabled, arrive, settingsOf } = parts;
  /** Under which the thread asked for its next job last. */
  let jobId: number | undefined;
  return {
    // As far as nothing has to be looked at each is done at once: what a thread asks first is done first.
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
