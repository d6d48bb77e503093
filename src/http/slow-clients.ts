/** A client that does not read what it asked for would keep the answer in memory for ever: it is cut off. */

import type { Server, ServerResponse } from 'node:http';
import { every, idleClock } from '../actors/system-clock.js';

/** Least time between two looks, ms. */
const lookMs = 5000;

/** Cuts off whoever has read nothing of what waits for it for `patienceMs`. */
export function cutSlowClients(server: Server, patienceMs = 60_000): void {
  const open = new Map<ServerResponse, { bytes: number; since: number }>();
  server.on('request', (_, response) => {
    open.set(response, { bytes: 0, since: performance.now() });
    response.once('close', () => open.delete(response));
  });
  const stop = every(
    Math.min(lookMs, patienceMs),
    () => {
      const now = performance.now();
      for (const [response, seen] of open) {
        const { socket } = response;
        const isMoving = !socket || socket.bytesWritten !== seen.bytes;
        if (isMoving || socket.writableLength === 0)
          open.set(response, { bytes: socket?.bytesWritten ?? 0, since: now });
        else if (now - seen.since >= patienceMs) socket.destroy();
      }
    },
    idleClock,
  );
  server.once('close', () => stop());
}
