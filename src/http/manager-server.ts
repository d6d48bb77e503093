import { mkdir } from 'node:fs/promises';
import { type Manager, type ManagerOptions, startManager } from '../manager/manager.js';
import { messageOf, SealvisorError } from '../protocol/errors.js';
import { managerApp } from './manager-app.js';
import { serve } from './serve.js';

export interface ManagerServer {
  readonly manager: Manager;
  readonly host: string;
  readonly port: number;
  /** Safe twice. */
  stop(): Promise<void>;
}

/** @throws port_taken, location_in_use, location_not_writable, usage; nothing is left running */
export async function startManagerServer(
  options: ManagerOptions & { readonly host: string; readonly port: number },
): Promise<ManagerServer> {
  await mkdir(options.home, { recursive: true }).catch((cause: unknown) => {
    throw new SealvisorError(
      'location_not_writable',
      `cannot keep the manager's state in ${options.home}: ${messageOf(cause)}; choose another --home`,
      { cause },
    );
  });
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
