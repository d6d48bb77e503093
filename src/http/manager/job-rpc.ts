/** The `Venus.` methods of threads whose plan is not `sealer`. */
import * as z from 'zod';
import { type Jobs, storeInfo } from '../../manager/jobs/jobs.js';
import type { Wanted } from '../../manager/sectors/why-none.js';
import {
  allowedParam,
  candidatesParam,
  cidParam,
  jobIdsParam,
  sizeParam,
  snapUpSpecParam,
  wdPostOutputParam,
  wdPostSpecParam,
  wordsParam,
} from '../../protocol/job-wire.js';
import { parse } from '../parse.js';
import type { OnAllocation, OnMethod, OnSector } from './method.js';
import { withBothPieces, withPieces } from './wire-pieces.js';

const cid = (value: unknown) => parse(cidParam, value, 'piece cid');
const name = (value: unknown, what: string) => parse(z.string().min(1), value, what);

/** The miners and proof types that a worker takes, from its request. */
export function wantedOf(
  spec:
    | {
        readonly AllowedMiners?: readonly number[] | null | undefined;
        readonly AllowedProofTypes?: readonly (number | string)[] | null | undefined;
      }
    | null
    | undefined,
): Wanted {
  return { miners: spec?.AllowedMiners ?? null, proofTypes: spec?.AllowedProofTypes ?? null };
}

export function jobMethods(
  {
    on,
    onSector,
    onAllocation,
  }: { readonly on: OnMethod; readonly onSector: OnSector; readonly onAllocation: OnAllocation },
  jobs: Jobs,
): void {
  const { snapUp, rebuild, unseal, wdPost } = jobs;
  onAllocation(
    'AllocateSanpUpSector',
    ['spec'],
    (spec) => parse(snapUpSpecParam, spec, 'spec'),
    (spec) => withPieces(snapUp.allocate(spec)),
    ({ Sector }) => jobs.whyNone('snapup', wantedOf(Sector)),
  );
  const allowed = (spec: unknown) => parse(allowedParam, spec, 'spec');
  onAllocation(
    'AllocateRebuildSector',
    ['spec'],
    allowed,
    (spec) => withBothPieces(rebuild.allocate(spec)),
    (spec) => jobs.whyNone('rebuild', wantedOf(spec)),
  );
  onAllocation(
    'AllocateUnsealSector',
    ['spec'],
    allowed,
    (spec) => unseal.allocate(spec),
    (spec) => jobs.whyNone('unseal', wantedOf(spec)),
  );
  onSector('AchieveUnsealSector', ['id', 'pieceCid', 'errInfo'], (of, piece, words) =>
    unseal.achieve(of, cid(piece), parse(wordsParam, words, 'errInfo')),
  );
  onSector('AcquireUnsealDest', ['id', 'pieceCid'], (of, piece) => unseal.dests(of, cid(piece)));
  onSector('StoreReserveSpace', ['id', 'size', 'candidates'], (of, size, candidates) => {
    parse(sizeParam, size, 'size');
    return jobs.reserveSpace(of, parse(candidatesParam, candidates, 'candidates'));
  });
  on('StoreBasicInfo', ['name'], (of) => storeInfo(name(of, 'name')));
  onAllocation(
    'WdPoStAllocateJobs',
    ['spec', 'num', 'worker'],
    (spec) => parse(wdPostSpecParam, spec, 'spec'),
    (spec, _, [, num, worker]) => wdPost.allocate(spec, parse(sizeParam, num, 'num'), name(worker, 'worker')),
    (spec) => jobs.whyNone('wdpost', wantedOf(spec)),
  );
  on('WdPoStHeartbeatJobs', ['ids', 'worker'], (ids, worker) =>
    wdPost.heartbeat(parse(jobIdsParam, ids, 'ids'), name(worker, 'worker')),
  );
  on('WdPoStFinishJob', ['id', 'output', 'errorReason'], (of, output, words) =>
    wdPost.finish(
      name(of, 'id'),
      parse(wdPostOutputParam, output, 'output'),
      parse(wordsParam, words, 'errorReason'),
    ),
  );
}
