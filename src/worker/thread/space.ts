/** The worker's attached stores as a sealing thread reaches them. */
import type { AttachedDesk, StoreRooms } from '../../sealing/stores/attached.js';
import type { Space } from '../space/space.js';

/** The service calls; each takes the thread's index first. */
const spaceCalls = { rooms: 'space.rooms', take: 'space.take' } as const;

export function threadSpace(
  call: (name: string, args: readonly unknown[]) => Promise<unknown>,
  index: number,
): AttachedDesk {
  return {
    // The desk's own types on the other side.
    rooms: async (bytes) => (await call(spaceCalls.rooms, [index, bytes])) as StoreRooms,
    take: async (name, bytes) => (await call(spaceCalls.take, [index, name, bytes])) as boolean,
  };
}

/** The other side; undefined when the call is none of these. */
export function spaceService(space: Pick<Space, 'rooms' | 'take'>) {
  return (name: string, args: readonly unknown[]): Promise<unknown> | undefined => {
    switch (name) {
      // The arguments were typed where the calls are made, above.
      case spaceCalls.rooms:
        return space.rooms(...(args as Parameters<Space['rooms']>));
      case spaceCalls.take:
        return space.take(...(args as Parameters<Space['take']>));
      default:
        return undefined;
    }
  };
}
