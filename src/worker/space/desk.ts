import type { SpaceNeed } from '../../sealing/space-need.js';
import type { DeskAnswer } from '../desk/words.js';
import { deskCalls } from '../thread/desk.js';
import type { Space } from './space.js';

type Service = (name: string, args: readonly unknown[]) => Promise<unknown> | undefined;

/** The desk's service to threads that say what they will write: their disks are looked at before the desk is asked. */
export function spacedDesk(
  desk: Service,
  space: Pick<Space, 'prepare' | 'leave'>,
  isEnabled: () => boolean,
): Service {
  return (name, args) => {
    // Sent by the thread's desk alone: index, id, and of an ask the stage and what it will write.
    const [index, id, stage, , need] = args as [
      number,
      number,
      string,
      boolean,
      SpaceNeed | null | undefined,
    ];
    if (name === deskCalls.ask && need && isEnabled())
      return space.prepare({ index, id, stage, need }).then((isStillAsked) => {
        const left: DeskAnswer = { granted: false };
        return isStillAsked ? desk(name, args) : left;
      });
    if (name === deskCalls.leave) space.leave(index, id);
    return desk(name, args);
  };
}
