import { makeOne } from '../disks/make-below.js';
import { type Manager, type ManagerOptions, startManager } from '../manager/manager.js';
import { messageOf, SealvisorError } from '../protocol/errors.js';
import { type ManagerDoor, managerApp } from './manager-app.js';
import { rpcPaths } from './rpc-door.js';
import { type Served, servedChild } from './serve.js';

export interface ManagerServer {
  readonly manager: Manager;
  readonly host: string;
  readonly port: number;
  /** Safe twice. */
  stop(): Promise<void>;
}

/** @throws port_taken, location_in_use, location_not_writable, usage; nothing is left running */
export async function startManagerServer(
  options: ManagerOptions & ManagerDoor & { readonly host: string; readonly port: number },
): Promise<ManagerServer> {
  // Where the directory above it is missing, its disk may be: a manager that began anew there would give numbers again.
  await makeOne(options.home).catch((cause: unknown) => {
    throw new SealvisorError(
      'location_not_writable',
      `cannot keep the manager's state in ${options.home}: ${messageOf(cause)}; mount its disk, make the directory above it, or choose another --home`,
      { cause },
    );
  });
  let doors: Served | undefined;
  const manager = await startManager({
    ...options,
    doors: (self) => [
      {
        id: 'http',
        // A door that broke opens where it was, also when the port was left to the system.
        start: servedChild(
          () => managerApp(self, { names: [...(options.names ?? []), options.host], log: options.log }),
          () => ({ host: options.host, port: doors?.port ?? options.port }),
          (served) => {
            doors = served;
          },
          { webSockets: rpcPaths },
        ),
      },
    ],
  });
  return {
    manager,
    host: options.host,
    port: doors?.port ?? options.port,
    stop: () => manager.stop(),
  };
}
