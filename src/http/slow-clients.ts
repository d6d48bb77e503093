/** A client that does not read what it asked for would keep the answer in memory for ever: it is cut off. */

import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { every, idleClock } from '../actors/system-clock.js';

/** Least time between two looks, ms. */
const lookMs = 5000;

/** What is written to a socket for as long as `connection` is open. */
export type Watch = (
  connection: { once(event: 'close', listener: () => void): unknown },
  socket: () => Socket | null,
) => void;

/**
 * Cuts off whoever has read nothing of what waits for it for `patienceMs`.
 * @returns watches a connection that is not an answer to a request
 */
export function cutSlowClients(server: Server, patienceMs = 60_000): Watch {
  const open = new Map<() => Socket | null, { bytes: number; since: number }>();
  const watch: Watch = (connection, socket) => {
    open.set(socket, { bytes: 0, since: performance.now() });
    connection.once('close', () => open.delete(socket));
  };
  server.on('request', (_, response) => watch(response, () => response.socket));
  const stop = every(
    Math.min(lookMs, patienceMs),
    () => {
      const now = performance.now();
      for (const [current, seen] of open) {
        const socket = current();
        const isMoving = !socket || socket.bytesWritten !== seen.bytes;
        if (isMoving || socket.writableLength === 0)
          open.set(current, { bytes: socket?.bytesWritten ?? 0, since: now });
        else if (now - seen.since >= patienceMs) socket.destroy();
      }
    },
    idleClock,
  );
  server.once('close', () => stop());
  return watch;
}
