/** A client that does not read its answer would keep it in memory forever, so it is cut off. */

import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { every, idleClock } from '../actors/system-clock.js';

/** The longest time between two checks, ms. */
const lookMs = 5000;

/** Watches what is written to a socket while `connection` is open. */
export type Watch = (
  connection: { once(event: 'close', listener: () => void): unknown },
  socket: () => Socket | null,
) => void;

/**
 * Cuts off clients that have read none of their waiting bytes for `patienceMs`.
 * @returns a function that watches a connection other than an HTTP response
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
