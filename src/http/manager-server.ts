import { type Manager, type ManagerOptions, startManager } from '../manager/manager.js';
import { managerApp } from './manager-app.js';
import { serve } from './serve.js';

export interface ManagerServer {
  readonly manager: Manager;
  readonly host: string;
  readonly port: number;
  /** Safe twice. */
  stop(): Promise<void>;
}

/** @throws port_taken, location_in_use, usage; nothing is left running */
export async function startManagerServer(
  options: ManagerOptions & { readonly host: string; readonly port: number },
): Promise<ManagerServer> {
  const manager = await startManager(options);
  const doors = await serve(managerApp(manager), options).catch((error: unknown) => {
    manager.stop();
    throw error;
  });
  let stopping: Promise<void> | undefined;
  return {
    manager,
    host: doors.host,
    port: doors.port,
    stop: () => {
      stopping ??= doors.close().then(() => manager.stop());
      return stopping;
    },
  };
}
