/** What an upstream-shaped manager does with each call about a sector; results are recorded ones with this sector's values. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { resultOf } from '../recorded.js';
import {
  type Answer,
  allocatedOf,
  type Call,
  type Desk,
  idOf,
  lifeOf,
  none,
  ok,
  onSectorOf,
  type PreCommitInfo,
  type SectorLife,
} from './desk.js';
import { wirePieces } from './pieces.js';

export function sealerMethods(desk: Desk): Readonly<Record<string, Call>> {
  const { version, offers } = desk;
  const like = (name: string, values: object) => ok({ ...resultOf(version, name), ...values });
  const onSector = onSectorOf(desk);
  const polled = (name: string, isSent: boolean) => like(name, { State: isSent ? 3 : 4, Desc: null });
  return {
    WorkerPing: () => none,
    AllocateSector: () => {
      const offer = offers.sectors.shift();
      if (!offer) return none;
      lifeOf(desk, offer.number, offer.pieces);
      return ok(allocatedOf(offer.number));
    },
    AcquireDeals: onSector(({ pieces }) => ok(wirePieces(version, pieces))),
    AssignTicket: onSector(() => like('AssignTicket', {})),
    SubmitPreCommit: onSector((life, info: PreCommitInfo) => {
      const before = life.preCommit;
      if (before && JSON.stringify(before) !== JSON.stringify(info))
        return like('SubmitPreCommit', { Res: 3 });
      life.preCommit = info;
      return like('SubmitPreCommit', { Res: before ? 2 : 1 });
    }),
    PollPreCommitState: onSector(({ preCommit }) => polled('PollPreCommitState', preCommit !== undefined)),
    SubmitPersisted: onSector((life, instance) => persisted(desk, life, instance, false)),
    SubmitPersistedEx: onSector((life, instance, isUpgrade) => persisted(desk, life, instance, isUpgrade)),
    WaitSeed: onSector(() => like('WaitSeed', {})),
    SubmitProof: onSector((life, { Proof }) => {
      life.proof = Proof;
      return like('SubmitProof', { Res: life.preCommit ? 1 : 4, Desc: null });
    }),
    PollProofState: onSector(({ proof }) => polled('PollProofState', proof !== undefined)),
    ReportState: onSector((life, { StateChange }) => {
      life.states.push(`${StateChange.Prev} -> ${StateChange.Next}`);
      if (version === 'v0.2') return none;
      return like('ReportState', { Id: idOf(life.number), Finalized: false, AbortReason: '' });
    }),
    ReportFinalized: onSector((life) => {
      life.finalized += 1;
      return none;
    }),
    ReportAborted: onSector((life, reason) => {
      life.abortReason = reason;
      return none;
    }),
    ...storeMethods(desk),
  };
}

/** As upstream's check of a new sector: both its file and its cache are in the store. */
function persisted(desk: Desk, life: SectorLife, instance: string, isUpgrade: boolean): Answer {
  const { dir } = desk.store;
  const id = `s-t010000-${life.number}`;
  const [file, cache] = isUpgrade ? ['update', 'update-cache'] : ['sealed', 'cache'];
  for (const path of [join(dir, file ?? '', id), join(dir, cache ?? '', id, 'p_aux')])
    if (!existsSync(path))
      return {
        error: { code: 1, message: `check persisted filed: stat ${path}: no such file or directory` },
      };
  life.persisted = { instance, isUpgrade };
  return ok(true);
}

function storeMethods({ version, store }: Desk): Readonly<Record<string, Call>> {
  const info = (name: string) =>
    name === store.name
      ? ok({ ...resultOf(version, 'StoreBasicInfo'), Name: store.name, Path: store.dir })
      : none;
  return {
    StoreBasicInfo: info,
    StoreReserveSpace: (_id, _size, candidates) =>
      info(candidates.find((name: string) => name === store.name) ?? ''),
  };
}
