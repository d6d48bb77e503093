import { type Front, type FrontOptions, startFront } from '../../manager/upstream/front.js';
import type { ManagerDoor } from '../manager/app.js';
import { type Listening, startListening } from '../manager/door.js';
import { upstreamApp } from './app.js';

export interface UpstreamServer extends Listening {
  readonly front: Front;
}

/** @throws port_taken, location_in_use, location_not_writable, store_failed, usage; nothing is left running */
export async function startUpstreamServer(
  options: FrontOptions & ManagerDoor & { readonly host: string; readonly port: number },
): Promise<UpstreamServer> {
  const { served: front, ...listening } = await startListening(options, upstreamApp, (doors) =>
    startFront({ ...options, doors }),
  );
  return { front, ...listening };
}
