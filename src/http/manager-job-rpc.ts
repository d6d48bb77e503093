/** The `Venus.` methods of threads whose plan is not `sealer`. */
import * as z from 'zod';
import { type Jobs, storeInfo } from '../manager/jobs.js';
import {
  allowedParam,
  candidatesParam,
  cidParam,
  jobIdsParam,
  sizeParam,
  snapUpProofParam,
  snapUpSpecParam,
  wdPostOutputParam,
  wdPostSpecParam,
  wordsParam,
} from '../protocol/job-wire.js';
import type { OnMethod, OnSector } from './manager-method.js';
import { parse } from './parse.js';

const cid = (value: unknown) => parse(cidParam, value, 'piece cid');
const name = (value: unknown, what: string) => parse(z.string().min(1), value, what);

export function jobMethods(
  { on, onSector }: { readonly on: OnMethod; readonly onSector: OnSector },
  jobs: Jobs,
): void {
  const { snapUp, rebuild, unseal, wdPost } = jobs;
  on('AllocateSanpUpSector', ['spec'], (spec) => snapUp.allocate(parse(snapUpSpecParam, spec, 'spec')));
  onSector('SubmitSnapUpProof', ['id', 'info'], (of, info) =>
    snapUp.submit(of, parse(snapUpProofParam, info, 'snapup proof')),
  );
  on('AllocateRebuildSector', ['spec'], (spec) => rebuild.allocate(parse(allowedParam, spec, 'spec')));
  on('AllocateUnsealSector', ['spec'], (spec) => unseal.allocate(parse(allowedParam, spec, 'spec')));
  onSector('AchieveUnsealSector', ['id', 'pieceCid', 'errInfo'], (of, piece, words) =>
    unseal.achieve(of, cid(piece), parse(wordsParam, words, 'errInfo')),
  );
  onSector('AcquireUnsealDest', ['id', 'pieceCid'], (of, piece) => unseal.dests(of, cid(piece)));
  onSector('StoreReserveSpace', ['id', 'size', 'candidates'], (of, size, candidates) => {
    parse(sizeParam, size, 'size');
    return jobs.reserveSpace(of, parse(candidatesParam, candidates, 'candidates'));
  });
  on('StoreBasicInfo', ['name'], (of) => storeInfo(name(of, 'name')));
  on('WdPoStAllocateJobs', ['spec', 'num', 'worker'], (spec, num, worker) =>
    wdPost.allocate(
      parse(wdPostSpecParam, spec, 'spec'),
      parse(sizeParam, num, 'num'),
      name(worker, 'worker'),
    ),
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
