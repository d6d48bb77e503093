/** The `Venus.` methods that answer from the roster: the same for both kinds of manager. */
import * as z from 'zod';
import type { Roster } from '../../manager/roster.js';
import { systemCodeOf } from '../../protocol/errors.js';
import { type PingInfo, wireSummary } from '../../protocol/ping.js';
import type { WorkerEntry } from '../../protocol/worker-entry.js';
import { parse } from '../parse.js';
import type { OnMethod } from './method.js';

const name = (value: unknown) => parse(z.string().min(1), value, 'name');

export function rosterMethods(on: OnMethod, manager: { readonly roster: Roster }): void {
  on('WorkerGetPingInfo', ['name'], (of) => {
    const found = knownAs(manager.roster, name(of));
    return found ? pingInfo(found) : null;
  });
  on('WorkerPingInfoList', [], () => manager.roster.list().map(pingInfo));
  on('WorkerPingInfoRemove', ['name'], (of) => manager.roster.remove(name(of)));
}

function pingInfo({ name, label, dest: Dest, version, summary, lastPing }: WorkerEntry): PingInfo {
  return {
    Info: {
      // A name that commands accept.
      Name: label ?? name,
      Dest,
      Version: version ?? '',
      Summary: wireSummary(summary),
    },
    LastPing: Math.floor(Date.parse(lastPing) / 1000),
  };
}

/** Undefined if no worker has that name, or several living ones do. */
export function knownAs(roster: Roster, name: string): WorkerEntry | undefined {
  try {
    return roster.get(name);
  } catch (thrown) {
    if (/^(worker_not_found|ambiguous_worker)$/.test(systemCodeOf(thrown) ?? '')) return undefined;
    throw thrown;
  }
}
