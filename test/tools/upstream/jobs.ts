/** Upgrades, rebuilds and unsealings, as an upstream-shaped manager gives them out and takes them back. */

import { resultOf } from '../recorded.js';
import { type Answer, allocatedOf, type Call, type Desk, lifeOf, none, ok, onSectorOf } from './desk.js';
import { wirePieces } from './pieces.js';

export function jobMethods(desk: Desk): Readonly<Record<string, Call>> {
  const { version, offers, store } = desk;
  const onSector = onSectorOf(desk);
  const access = { AccessInstance: store.name };
  const ticket = () => resultOf(version, 'AssignTicket');
  const like = (name: string, values: object) => ok({ ...resultOf(version, name), ...values });
  const publicOf = (CommR: readonly number[]) => {
    // As recorded, of the upgraded sector.
    const { Public } = resultOf(version, 'AllocateSanpUpSector') as { readonly Public: object };
    return { ...Public, CommR };
  };
  return {
    AllocateSanpUpSector: () => {
      const offer = offers.snapUps.shift();
      if (!offer) return none;
      lifeOf(desk, offer.number).jobPieces = offer.pieces;
      return like('AllocateSanpUpSector', {
        Sector: allocatedOf(offer.number),
        Pieces: wirePieces(version, offer.pieces),
        Public: publicOf(offer.commR),
        Private: access,
      });
    },
    SubmitSnapUpProof: onSector((life, info) => {
      life.upgrade = info;
      // Today's was not recorded; its struct is the same.
      return ok({ ...resultOf('v0.2', 'SubmitSnapUpProof'), Res: 1 });
    }),
    AllocateRebuildSector: () => {
      const offer = offers.rebuilds.shift();
      if (!offer) return none;
      lifeOf(desk, offer.number).jobPieces = offer.pieces;
      return like('AllocateRebuildSector', {
        Sector: allocatedOf(offer.number),
        Ticket: ticket(),
        Pieces: null,
        PiecesV2: wirePieces(version, offer.pieces),
        IsSnapUp: offer.upgraded !== null,
        UpgradePublic: offer.upgraded && publicOf(offer.upgraded),
      });
    },
    AllocateUnsealSector: () => {
      const offer = offers.unseals.shift();
      if (!offer) return none;
      lifeOf(desk, offer.number).dests = offer.dests;
      return like('AllocateUnsealSector', {
        Sector: allocatedOf(offer.number),
        PieceCid: { '/': offer.piece.cid },
        Offset: offer.offset,
        Size: (offer.piece.size / 128) * 127,
        PrivateInfo: access,
        Ticket: ticket(),
        CommD: offer.commD,
        Dest: offer.dests,
      });
    },
    AcquireUnsealDest: onSector(({ dests }) => ok(dests)),
    AchieveUnsealSector: onSector((life, piece, error) => {
      life.unsealed = { cid: piece['/'], error };
      return none;
    }),
    ...wdPostMethods(desk),
  };
}

function wdPostMethods({ version, offers, store, wdPosts }: Desk): Readonly<Record<string, Call>> {
  const unknown: Answer = { error: { code: 1, message: 'key not found' } };
  return {
    WdPoStAllocateJobs: () => {
      const offer = offers.wdPosts.shift();
      if (!offer) return ok([]);
      wdPosts.set(offer.id, null);
      // Its result is a list of jobs; the recorded one has one sector.
      const [job] = resultOf(version, 'WdPoStAllocateJobs') as unknown as [{ readonly Input: object }];
      const Accesses = { SealedFile: store.name, CacheDir: store.name };
      const Sectors = [{ SectorId: offer.number, CommR: offer.commR, Upgrade: false, Accesses }];
      return ok([{ ...job, Id: offer.id, Input: { ...job.Input, Sectors } }]);
    },
    WdPoStHeartbeatJobs: (ids) => (ids.every((id: string) => wdPosts.has(id)) ? none : unknown),
    WdPoStFinishJob: (id, output, error) => {
      if (!wdPosts.has(id)) return unknown;
      wdPosts.set(id, { proofs: output?.proofs ?? null, faults: output?.faults ?? null, error });
      return none;
    },
  };
}
