/** The HTTP door of a manager, of either kind: a child of its tree, and what the manager is to who starts it. */
import type { Hono } from 'hono';
import type { ChildSpec } from '../../actors/index.js';
import { rpcPaths } from '../rpc-door.js';
import { type Served, servedChild } from '../serve.js';
import type { ManagerDoor } from './app.js';
import { makeHome } from './home.js';

interface ListeningDoor {
  readonly child: ChildSpec;
  /** Where it is open; before that, what was asked for. */
  port(): number;
}

/** A manager that serves. */
export interface Listening {
  readonly host: string;
  readonly port: number;
  /** Safe twice. */
  stop(): Promise<void>;
}

/** Makes the home, then starts a manager with its door. @throws location_not_writable; what the manager's start and its door failed with */
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

/** A door that broke opens where it was, also when the port was left to the system. */
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
