/** The `Venus.` namespace over the manager's services. */
import * as z from 'zod';
import type { Manager } from '../../manager/manager.js';
import type { Caller } from '../../protocol/identity.js';
import { snapUpProofParam } from '../../protocol/job-wire.js';
import { type PingAnswer, pingParam } from '../../protocol/ping.js';
import {
  allocatedParam,
  allocateParam,
  dealsParam,
  preCommitParam,
  proofParam,
  reportParam,
  sectorIdParam,
  shortened,
} from '../../protocol/sealer-wire.js';
import type { SectorId } from '../../protocol/sector.js';
import type { OnChain } from '../../protocol/sector-answers.js';
import type { RpcCaller, RpcMethod } from '../json-rpc.js';
import { parse } from '../parse.js';
import { jobMethods, wantedOf } from './job-rpc.js';
import { listingMethods } from './listing-rpc.js';
import { checkMeant } from './meant-manager.js';
import { allocations, type OnAllocation, type OnCaller, type OnMethod, type OnSector } from './method.js';
import { knownAs, rosterMethods } from './roster-rpc.js';
import { wirePieces } from './wire-pieces.js';

const id = (value: unknown) => parse(sectorIdParam, value, 'sector id');
const wireId = ({ miner, number }: SectorId) => ({ Miner: miner, Number: number });
const name = (value: unknown) => parse(z.string().min(1), value, 'name');
const flag = (value: unknown) => parse(z.boolean().nullish(), value, 'flag') ?? false;

/** Adds what is on chain to the answer for our workers, which send their id; upstream's workers get the plain answer. */
function withChain(answer: object, told: OnChain | null, { worker }: Caller) {
  return worker === null || told === null ? answer : { ...answer, OnChain: told };
}

/** A method of a sector whose answer includes, for our workers, what is on chain. */
type OnChainMethod = (
  method: string,
  names: readonly string[],
  call: (id: SectorId, ...params: unknown[]) => object,
  told?: (id: SectorId) => OnChain | null,
) => void;

export function managerMethods(manager: Manager): Readonly<Record<string, RpcMethod>> {
  const { sectors } = manager;
  const methods: Record<string, RpcMethod> = {};
  const add: OnCaller = (method, names, call) => {
    methods[`Venus.${method}`] = {
      names,
      call: (params, caller) => {
        checkMeant(caller, manager.identity);
        return call(params, caller) ?? null;
      },
    };
  };
  const on: OnMethod = (method, names, call) => add(method, names, (params) => call(...params));
  const onSector: OnSector = (method, names, call) =>
    add(method, names, ([of, ...params], caller) => {
      const sector = id(of);
      sectors.given.check(sector, caller);
      return call(sector, ...params);
    });
  const onChain: OnChainMethod = (method, names, call, told = (of) => sectors.chain.onChain(of)) =>
    add(method, names, ([of, ...params], caller) => {
      const sector = id(of);
      sectors.given.check(sector, caller);
      const answer = call(sector, ...params);
      return withChain(answer, told(sector), caller);
    });
  add('WorkerPing', ['info'], ([info], caller) => pinged(manager, info, caller));
  rosterMethods(on, manager);
  const onAllocation = allocations(add);
  allocateSector(onAllocation, sectors);
  sealingMethods({ add, onSector, onChain }, sectors);
  const { snapUp } = sectors.jobs;
  onChain(
    'SubmitSnapUpProof',
    ['id', 'info'],
    (of, info) => snapUp.submit(of, parse(snapUpProofParam, info, 'snapup proof')),
    (of) => snapUp.onChain(of),
  );
  reports({ add, onSector }, manager);
  jobMethods({ on, onSector, onAllocation }, sectors.jobs);
  listingMethods(on, sectors);
  return methods;
}

/** A worker's report of itself. */
function pinged({ identity, roster, sectors }: Manager, info: unknown, caller: RpcCaller): PingAnswer | null {
  const { usedNumbers, held, ...ping } = parse(pingParam, info, 'WorkerPing');
  sectors.learnNumbers(usedNumbers, caller.worker);
  const others = roster.ping({ ...ping, source: caller.address ?? null });
  // Upstream's workers expect null.
  if (caller.worker === null && ping.worker === null) return null;
  return {
    Manager: identity,
    ...(others.length > 0 ? { Others: others } : {}),
    ...(held === null
      ? {}
      : { ReportAgain: sectors.held.reportsWanted(held, ping.name, caller.worker).map(wireId) }),
  };
}

/** The methods from an allocated sector's deals to its proof on chain. */
function sealingMethods(
  {
    add,
    onSector,
    onChain,
  }: { readonly add: OnCaller; readonly onSector: OnSector; readonly onChain: OnChainMethod },
  sectors: Manager['sectors'],
): void {
  onSector('AcquireDeals', ['id', 'spec'], (of, spec) => {
    const wanted = parse(dealsParam, spec, 'AcquireDeals');
    const deals = sectors.acquireDeals(of, wanted?.MaxDeals ?? null, wanted?.MinUsedSpace ?? null);
    return wirePieces(deals, of.miner);
  });
  onSector('AssignTicket', ['id'], (of) => sectors.chain.assignTicket(of));
  add('SubmitPreCommit', ['sector', 'info', 'reset'], ([sector, info, reset], caller) => {
    const { ID } = parse(allocatedParam, sector, 'sector');
    sectors.given.check(ID, caller);
    const answer = sectors.chain.submitPreCommit(ID, parse(preCommitParam, info, 'pre-commit'), flag(reset));
    return withChain(answer, sectors.chain.onChain(ID), caller);
  });
  onChain('PollPreCommitState', ['id'], (of) => sectors.chain.pollPreCommit(of));
  // Upstream's workers up to v0.8 use the shorter name.
  for (const method of ['SubmitPersisted', 'SubmitPersistedEx'])
    onSector(method, ['id', 'instance', 'isUpgrade'], (of, instance) =>
      sectors.submitPersisted(of, name(instance)),
    );
  onChain('WaitSeed', ['id', 'proofType'], (of) => sectors.chain.waitSeed(of));
  onChain('SubmitProof', ['id', 'proof', 'reset'], (of, proof, reset) => {
    const { Proof, Sealed } = parse(proofParam, proof, 'proof');
    return sectors.chain.submitProof(of, Proof, flag(reset), Sealed);
  });
  onChain('PollProofState', ['id'], (of) => sectors.chain.pollProof(of));
}

/** The reports of a worker about a sector that it has, or had. */
function reports(
  { add, onSector }: { readonly add: OnCaller; readonly onSector: OnSector },
  { roster, sectors }: Manager,
): void {
  add('ReportState', ['id', 'report'], ([of, said], caller) => {
    const [sector, report] = [id(of), parse(reportParam, said, 'report')];
    if (sectors.given.isGivenElsewhere(sector, caller)) return givenElsewhere(sector);
    sectors.given.check(sector, caller);
    const verdict = sectors.reportState(sector, report);
    if (readsNull(roster, caller, report.Worker.Instance)) return null;
    // Our workers list what they hold in their heartbeats.
    return caller.worker === null ? verdict : { ...verdict, ByHeartbeat: true };
  });
  onSector('ReportFinalized', ['id'], (of) => sectors.reportFinalized(of));
  add('ReportAborted', ['id', 'reason'], ([of, reason], caller) => {
    const [sector, why] = [id(of), parse(shortened, reason, 'reason')];
    // Another thread has it by now, and continues it.
    if (sectors.given.isGivenElsewhere(sector, caller)) return null;
    sectors.given.check(sector, caller);
    return sectors.reportAborted(sector, why);
  });
}

/** Upstream's workers up to v0.8, whose ping has no version, cannot read a verdict: any answer but null is an error to them. */
function readsNull(roster: Manager['roster'], { worker }: Caller, instance: string): boolean {
  if (worker !== null || instance === '') return false;
  const known = knownAs(roster, instance);
  return known !== undefined && !known.version;
}

function allocateSector(onAllocation: OnAllocation, sectors: Manager['sectors']): void {
  onAllocation(
    'AllocateSector',
    // Current upstream managers take both parameters, earlier ones only the first.
    ['spec', 'niporep'],
    (spec) => parse(allocateParam, spec, 'AllocateSector'),
    (wanted, { worker }, [, niporep]) => {
      sectors.learnNumbers(wanted?.UsedNumbers ?? [], worker);
      const request = wanted?.Request ?? null;
      return sectors.allocate(
        wanted?.AllowedMiners ?? null,
        wanted?.AllowedProofTypes ?? null,
        request === null ? null : { request, worker },
        !flag(niporep),
      );
    },
    (wanted, [, niporep]) => sectors.whyNone(wantedOf(wanted), !flag(niporep)),
  );
}

function givenElsewhere({ miner, number }: SectorId) {
  const AbortReason = 'nothing was heard of it in time, and it was given to another thread';
  const Id = wireId({ miner, number });
  return { Id, ID: Id, Finalized: false, AbortReason };
}
