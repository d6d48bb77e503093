/** An upstream manager (venus-cluster, damocles), which has no REST: its list of workers, over `Venus.` (docs/upstream-rpc.md). */
import * as z from 'zod';
import { timestamp } from '../protocol/clock.js';
import { SealvisorError } from '../protocol/errors.js';
import { orEmpty } from '../protocol/job-wire.js';
import { pingInfo } from '../protocol/ping.js';
import { shortText, someOf } from '../protocol/some-of.js';
import { looked } from '../protocol/text/issue.js';
import type { WorkerEntry } from '../protocol/worker-entry.js';
import { rpcCall } from './rpc-client.js';

export interface UpstreamManager {
  workers(): Promise<readonly WorkerEntry[]>;
  /** @throws worker_not_found, which names the known workers */
  worker(name: string): Promise<WorkerEntry>;
  /** @throws worker_not_found; remote_error from a v0.2 manager, which does not support it */
  remove(name: string): Promise<void>;
}

const timeoutMs = 15_000;

/** `base`: its URL, without a path. */
export function upstreamManager(base: string): UpstreamManager {
  const call = async <T>(schema: z.ZodType<T>, method: string, ...params: readonly unknown[]): Promise<T> => {
    const answer = await rpcCall(`${base}/rpc/v0`, `Venus.${method}`, params, { timeoutMs });
    const { data, fault } = looked(schema, answer);
    if (fault === undefined) return data;
    throw new SealvisorError(
      'bad_answer',
      `Venus.${method} got an answer of another shape from ${new URL(base).host}: ${fault}`,
    );
  };
  const workers = async () => (await call(orEmpty(z.array(pingInfo)), 'WorkerPingInfoList')).map(entryOf);
  const worker = async (name: string) => {
    const found = await call(pingInfo.nullable(), 'WorkerGetPingInfo', name);
    if (found !== null) return entryOf(found);
    const known = someOf((await workers()).map((each) => each.name)) || 'none';
    throw new SealvisorError('worker_not_found', `no worker ${shortText(name)}: known are ${known}`);
  };
  return {
    workers,
    worker,
    remove: async (name) => {
      await worker(name);
      await call(z.unknown(), 'WorkerPingInfoRemove', name);
    },
  };
}

function entryOf({ Info, LastPing }: z.output<typeof pingInfo>): WorkerEntry {
  const { Name, Dest, Version, Summary } = Info;
  return {
    name: Name,
    dest: Dest,
    version: Version || null,
    life: null,
    summary: Summary,
    lastPing: timestamp(LastPing * 1000),
  };
}
