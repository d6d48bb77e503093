import { type Manager, type ManagerOptions, startManager } from '../../manager/manager.js';
import { type ManagerDoor, managerApp } from './app.js';
import { type Listening, startListening } from './door.js';

export interface ManagerServer extends Listening {
  readonly manager: Manager;
}

/** @throws port_taken, location_in_use, location_not_writable, usage; nothing is left running */
export async function startManagerServer(
  options: ManagerOptions & ManagerDoor & { readonly host: string; readonly port: number },
): Promise<ManagerServer> {
  const { served: manager, ...listening } = await startListening(options, managerApp, (doors) =>
    startManager({ ...options, doors }),
  );
  return { manager, ...listening };
}
