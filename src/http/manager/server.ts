import { type Manager, type ManagerOptions, startManager } from '../../manager/manager.js';
import { type ManagerDoor, managerApp } from './app.js';
import { type ListeningDoor, managerDoor } from './door.js';
import { makeHome } from './home.js';

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
  await makeHome(options.home);
  let door: ListeningDoor | undefined;
  const manager = await startManager({
    ...options,
    doors: (self) => {
      door = managerDoor(options, (as) => managerApp(self, as));
      return [door.child];
    },
  });
  return {
    manager,
    host: options.host,
    port: door?.port() ?? options.port,
    stop: () => manager.stop(),
  };
}
