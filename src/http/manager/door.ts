/** The HTTP door of a manager of either kind, as a child of its tree; and the handle that the starter gets. */
import type { Hono } from 'hono';
import type { ChildSpec } from '../../actors/index.js';
import { rpcPaths } from '../rpc-door.js';
import { type Served, servedChild } from '../serve.js';
import type { ManagerDoor } from './app.js';
import { makeHome } from './home.js';

interface ListeningDoor {
  readonly child: ChildSpec;
  /** The port it listens on; before that, the requested one. */
  port(): number;
}

/** A manager that serves. */
export interface Listening {
  readonly host: string;
  readonly port: number;
  /** Safe twice. */
  stop(): Promise<void>;
}

/**
 * Makes the home, then starts a manager with its door.
 * @throws location_not_writable; what the start of the manager or its door throws
 */
export async function startListening<M extends Pick<Listening, 'stop'>>(
  options: ManagerDoor & { readonly home: string; readonly host: string; readonly port: number },
  app: (manager: M, door: ManagerDoor) => Hono,
  start: (doors: (self: M) => readonly ChildSpec[]) => Promise<M>,
): Promise<Listening & { readonly served: M }> {
  await makeHome(options.home);
  let door: ListeningDoor | undefined;
  const served = await start((self) => {
    door = managerDoor(options, (as) => app(self, as));
    return [door.child];
  });
  return {
    served,
    host: options.host,
    port: door?.port() ?? options.port,
    stop: () => served.stop(),
  };
}

/** A door that failed reopens on the same port, even if the system had chosen it. */
function managerDoor(
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
