/**
 * A worker shaped as upstream's: it calls what was recorded of its version, in recorded objects, and ends with an error where a
 * real one could not read the answer. It seals real bytes.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '#src/actors/system-clock.js';
import { paramsOf, requestFault, resultFault, type Version } from '../recorded.js';
import { sealed, type WantedPiece } from './sealing.js';

export interface UpstreamWorkerOptions {
  readonly version: Version;
  /** host:port. */
  readonly manager: string;
  readonly name: string;
  /** host:port, where it takes commands. */
  readonly dest: string;
  readonly dir: string;
  readonly store: { readonly name: string; readonly dir: string };
}

export interface UpstreamWorker {
  ping(): Promise<void>;
  /** Asks for a sector and seals it to its end. @returns its number */
  sealOne(): Promise<{ readonly number: number; readonly commR: readonly number[] }>;
  /** Asks for a sector and gives it up, as its version does. @returns its number */
  abortOne(reason: string): Promise<number>;
  /** Asks for a sector and works on it until the manager says that it is given up; `given` is told its number before. @returns what the manager says */
  workUntilGivenUp(given: (number: number) => Promise<unknown>): Promise<string>;
}

/** As they were read: by `resultFault` they are what was recorded. */
// biome-ignore lint/suspicious/noExplicitAny: as recorded, not as typed
type Read = any;

export function upstreamWorker(options: UpstreamWorkerOptions): UpstreamWorker {
  const { version, manager, name, dir, store } = options;
  const isOld = version === 'v0.2';
  let lastId = 0;

  const call = async (method: string, ...params: unknown[]): Promise<Read> => {
    // What upstream never says would prove nothing.
    const own = requestFault(version, method, params) ?? countFault(version, method, params.length);
    if (own !== undefined) throw new Error(`the program in test/tools says what upstream does not: ${own}`);
    lastId += 1;
    const response = await fetch(`http://${manager}/rpc/v0`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', method: `Venus.${method}`, params, id: lastId }),
    });
    const { result, error } = (await response.json()) as Read;
    if (error) throw new Error(`Venus.${method}: ${error.message}`);
    const fault = resultFault(version, method, result);
    if (fault !== undefined) throw new Error(`Venus.${method}: upstream's worker cannot read ${fault}`);
    return result;
  };
  const report = (ID: object, Prev: string, Next: string) =>
    call('ReportState', ID, {
      Worker: { Instance: name, Location: dir },
      StateChange: { Prev, Next, Event: 'None' },
      Failure: null,
    });
  const allocate = async () => {
    const spec = isOld
      ? { AllowedMiners: null, AllowedProofTypes: null }
      : { AllowedMiners: [], AllowedProofTypes: [5, 10, 15] };
    const found = await call('AllocateSector', spec);
    if (found === null) throw new Error('the manager has no sector');
    await report(found.ID, 'Empty', 'Allocated');
    return found;
  };
  const fetched = async (piece: Read): Promise<WantedPiece> => {
    const { cid, isPledge } = isOld ? oldPiece(piece) : newPiece(piece);
    const size: number = piece.Piece.Size;
    if (isPledge) return { cid, size, payload: null };
    const response = await fetch(`http://${manager}/piecestore/${cid}`);
    if (!response.ok) throw new Error(`piece ${cid}: HTTP ${response.status}`);
    return { cid, size, payload: new Uint8Array(await response.arrayBuffer()) };
  };
  const untilLanded = async (method: string, ID: object) => {
    for (;;) {
      const { State, Desc } = await call(method, ID);
      if (State === 3) return;
      if (State > 3) throw new Error(`${method}: ${State} ${Desc}`);
      await sleep(50);
    }
  };
  const seedOf = async (ID: object): Promise<string> => {
    for (;;) {
      const { ShouldWait, Seed } = await (isOld ? call('WaitSeed', ID) : call('WaitSeed', ID, 5));
      if (!ShouldWait) return Seed.Seed;
      await sleep(50);
    }
  };
  const keep = async (ID: object) => {
    if (isOld) return call('SubmitPersisted', ID, store.name);
    await call('StoreBasicInfo', store.name);
    const space = await call('StoreReserveSpace', ID, 4096, [store.name]);
    return call('SubmitPersistedEx', ID, space.Name, false);
  };

  return {
    ping: async () => {
      const counts = { Threads: 1, Empty: 1, Paused: 0, Errors: 0 };
      await call('WorkerPing', {
        ...{ Name: name, Dest: options.dest },
        ...(isOld
          ? { Summary: counts }
          : { Version: 'v0.13.1', Summary: { ...counts, Running: 0, Waiting: 0 } }),
      });
    },
    sealOne: async () => {
      const { ID, ProofType } = await allocate();
      const deals = (await call('AcquireDeals', ID, dealsSpec(isOld))) ?? [];
      const pieces = await Promise.all(deals.map(fetched));
      await report(ID, 'Allocated', 'DealsAcquired');
      const ticket = await call('AssignTicket', ID);
      const work = join(dir, String(ID.Number));
      mkdirSync(work, { recursive: true });
      const sector = await sealed(work, ID.Number, ticket.Ticket, pieces);
      await report(ID, 'PC1Done', 'PC2Done');
      const onChain = { CommR: sector.commR, CommD: sector.commD, Ticket: ticket };
      const ids = deals.map((deal: Read) => deal.ID).filter((id: number) => id !== 0);
      const info = isOld ? { ...onChain, Deals: ids } : onChain;
      expectAccepted('the pre-commit', await call('SubmitPreCommit', { ID, ProofType }, info, false));
      await untilLanded('PollPreCommitState', ID);
      sector.keep(store.dir);
      if ((await keep(ID)) !== true) throw new Error('the manager does not find the files');
      await report(ID, 'Persisted', 'PersistanceSubmitted');
      const Proof = await sector.prove(await seedOf(ID));
      expectAccepted('the proof', await call('SubmitProof', ID, { Proof }, false));
      await untilLanded('PollProofState', ID);
      await report(ID, 'ProofSubmitted', 'Finished');
      await call('ReportFinalized', ID);
      return { number: ID.Number, commR: sector.commR };
    },
    abortOne: async (reason) => {
      const { ID } = await allocate();
      if (isOld) {
        await report(ID, 'C1Done', 'Aborted');
        await call('ReportFinalized', ID);
      } else await call('ReportAborted', ID, reason);
      return ID.Number;
    },
    workUntilGivenUp: async (given) => {
      const { ID } = await allocate();
      await given(ID.Number);
      if (!isOld) {
        const { AbortReason } = await report(ID, 'Allocated', 'PieceAdded');
        await call('ReportAborted', ID, `Rejected: Some(${JSON.stringify(AbortReason)})`);
        return AbortReason;
      }
      // It reads no verdict, and learns it by polling.
      const { State, Desc } = await call('PollPreCommitState', ID);
      if (State !== 7) throw new Error(`it is told to go on: ${State}`);
      await report(ID, 'PCSubmitted', 'Aborted');
      await call('ReportFinalized', ID);
      return Desc;
    },
  };
}

function countFault(version: Version, method: string, given: number): string | undefined {
  const known = paramsOf(version, method);
  return given === known ? undefined : `${method} with ${given} parameters, not ${known}`;
}

const dealsSpec = (isOld: boolean) => (isOld ? { MaxDeals: null } : { MaxDeals: null, MinUsedSpace: null });

const oldPiece = ({ ID, Piece }: Read) => ({ cid: Piece.Cid['/'], isPledge: ID === 0 });

function newPiece({ Piece, DealInfo }: Read) {
  const id = DealInfo?.IsBuiltinMarket ? DealInfo.DealID : DealInfo?.AllocationID;
  return { cid: Piece.PieceCID['/'], isPledge: !id };
}

function expectAccepted(what: string, { Res, Desc }: Read): void {
  if (Res !== 1) throw new Error(`${what}: ${Res} ${Desc}`);
}
