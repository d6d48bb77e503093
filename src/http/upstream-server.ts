import { makeOne } from '../disks/make-below.js';
import { type Front, type FrontOptions, startFront } from '../manager/upstream/front.js';
import { messageOf, SealvisorError } from '../protocol/errors.js';
import type { ManagerDoor } from './manager-app.js';
import { rpcPaths } from './rpc-door.js';
import { type Served, servedChild } from './serve.js';
import { upstreamApp } from './upstream-app.js';

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
  await makeOne(options.home).catch((cause: unknown) => {
    throw new SealvisorError(
      'location_not_writable',
      `cannot keep the manager's state in ${options.home}: ${messageOf(cause)}; mount its disk, make the directory above it, or choose another --home`,
      { cause },
    );
  });
  let doors: Served | undefined;
  const front = await startFront({
    ...options,
    doors: (self) => [
      {
        id: 'http',
        // A door that broke opens where it was, also when the port was left to the system.
        start: servedChild(
          () => upstreamApp(self, { names: [...(options.names ?? []), options.host], log: options.log }),
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
    front,
    host: options.host,
    port: doors?.port ?? options.port,
    stop: () => front.stop(),
  };
}
