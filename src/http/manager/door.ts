/** The HTTP door of a manager, of either kind, as a child of its tree. */
import type { Hono } from 'hono';
import type { ChildSpec } from '../../actors/index.js';
import { rpcPaths } from '../rpc-door.js';
import { type Served, servedChild } from '../serve.js';
import type { ManagerDoor } from './app.js';

export interface ListeningDoor {
  readonly child: ChildSpec;
  /** Where it is open; before that, what was asked for. */
  port(): number;
}

/** A door that broke opens where it was, also when the port was left to the system. */
export function managerDoor(
  { host, port, names = [], emit }: ManagerDoor & { readonly host: string; readonly port: number },
  app: (door: ManagerDoor) => Hono,
): ListeningDoor {
  let served: Served | undefined;
  const portNow = () => served?.port ?? port;
  return {
    port: portNow,
    child: {
      id: 'http',
      start: servedChild(
        () => app({ names: [...names, host], emit }),
        () => ({ host, port: portNow() }),
        (now) => {
          served = now;
        },
        { webSockets: rpcPaths },
      ),
    },
  };
}
