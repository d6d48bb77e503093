import { type Front, type FrontOptions, startFront } from '../../manager/upstream/front.js';
import type { ManagerDoor } from '../manager/app.js';
import { type ListeningDoor, managerDoor } from '../manager/door.js';
import { makeHome } from '../manager/home.js';
import { upstreamApp } from './app.js';

export interface UpstreamServer {
  readonly front: Front;
  readonly host: string;
  readonly port: number;
  /** Safe twice. */
  stop(): Promise<void>;
}

/** @throws port_taken, location_in_use, location_not_writable, store_failed, usage; nothing is left running */
export async function startUpstreamServer(
  options: FrontOptions & ManagerDoor & { readonly host: string; readonly port: number },
): Promise<UpstreamServer> {
  await makeHome(options.home);
  let door: ListeningDoor | undefined;
  const front = await startFront({
    ...options,
    doors: (self) => {
      door = managerDoor(options, (as) => upstreamApp(self, as));
      return [door.child];
    },
  });
  return {
    front,
    host: options.host,
    port: door?.port() ?? options.port,
    stop: () => front.stop(),
  };
}
