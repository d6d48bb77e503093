/** The `Venus.` namespace over the manager's services. */
import * as z from 'zod';
import type { Manager } from '../manager/manager.js';
import {
  allocatedParam,
  allocateParam,
  dealsParam,
  pingParam,
  preCommitParam,
  proofParam,
  reportParam,
  sectorIdParam,
} from '../protocol/sealer-wire.js';
import type { WorkerEntry } from '../protocol/thread.js';
import type { RpcMethod } from './json-rpc.js';
import { jobMethods } from './manager-job-rpc.js';
import { parse } from './parse.js';

const id = (value: unknown) => parse(sectorIdParam, value, 'sector id');
const name = (value: unknown) => parse(z.string().min(1), value, 'name');
const flag = (value: unknown) => parse(z.boolean().nullish(), value, 'flag') ?? false;

function pingInfo({ name: Name, dest: Dest, version, summary, lastPing }: WorkerEntry) {
  return {
    Info: {
      Name,
      Dest,
      Version: version ?? '',
      Summary: {
        Threads: summary.threads,
        Empty: summary.empty,
        Paused: summary.paused,
        Running: summary.running,
        Waiting: summary.waiting,
        Errors: summary.errors,
      },
    },
    LastPing: Math.floor(Date.parse(lastPing) / 1000),
  };
}

/** Adds a method: its parameters' names in their positions, and what it answers. */
export type OnMethod = (
  method: string,
  names: readonly string[],
  call: (...params: unknown[]) => unknown,
) => void;

export function managerMethods({ roster, sectors }: Manager): Readonly<Record<string, RpcMethod>> {
  const methods: Record<string, RpcMethod> = {};
  const on: OnMethod = (method, names, call) => {
    methods[`Venus.${method}`] = { names, call: (params) => call(...params) ?? null };
  };
  on('WorkerPing', ['info'], (info) => roster.ping(parse(pingParam, info, 'WorkerPing')));
  on('WorkerGetPingInfo', ['name'], (of) => {
    const wanted = name(of);
    const found = roster.list().find((entry) => entry.name === wanted);
    return found ? pingInfo(found) : null;
  });
  on('WorkerPingInfoList', [], () => roster.list().map(pingInfo));
  on('WorkerPingInfoRemove', ['name'], (of) => roster.remove(name(of)));
  on('AllocateSector', ['spec'], (spec) => {
    const wanted = parse(allocateParam, spec, 'AllocateSector');
    return sectors.allocate(wanted?.AllowedMiners ?? null, wanted?.AllowedProofTypes ?? null);
  });
  on('AcquireDeals', ['id', 'spec'], (of, spec) => {
    const wanted = parse(dealsParam, spec, 'AcquireDeals');
    return sectors.acquireDeals(id(of), wanted?.MaxDeals ?? null, wanted?.MinUsedSpace ?? null);
  });
  on('AssignTicket', ['id'], (of) => sectors.assignTicket(id(of)));
  on('SubmitPreCommit', ['sector', 'info', 'reset'], (sector, info, reset) =>
    sectors.submitPreCommit(
      parse(allocatedParam, sector, 'sector').ID,
      parse(preCommitParam, info, 'pre-commit'),
      flag(reset),
    ),
  );
  on('PollPreCommitState', ['id'], (of) => sectors.pollPreCommit(id(of)));
  on('SubmitPersistedEx', ['id', 'instance', 'isUpgrade'], (of, instance) =>
    sectors.submitPersisted(id(of), name(instance)),
  );
  on('WaitSeed', ['id', 'proofType'], (of) => sectors.waitSeed(id(of)));
  on('SubmitProof', ['id', 'proof', 'reset'], (of, proof, reset) =>
    sectors.submitProof(id(of), parse(proofParam, proof, 'proof').Proof, flag(reset)),
  );
  on('PollProofState', ['id'], (of) => sectors.pollProof(id(of)));
  on('ReportState', ['id', 'report'], (of, report) =>
    sectors.reportState(id(of), parse(reportParam, report, 'report')),
  );
  on('ReportFinalized', ['id'], (of) => sectors.reportFinalized(id(of)));
  on('ReportAborted', ['id', 'reason'], (of, reason) =>
    sectors.reportAborted(id(of), parse(z.string(), reason, 'reason')),
  );
  jobMethods(on, sectors.jobs);
  return methods;
}
