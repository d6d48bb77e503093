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
import { sectorIdParam } from '../protocol/sealer-wire.js';
import type { OnMethod } from './manager-rpc.js';
import { parse } from './parse.js';

const id = (value: unknown) => parse(sectorIdParam, value, 'sector id');
const cid = (value: unknown) => parse(cidParam, value, 'piece cid');
const name = (value: unknown, what: string) => parse(z.string().min(1), value, what);

export function jobMethods(on: OnMethod, jobs: Jobs): void {
  const { snapUp, rebuild, unseal, wdPost } = jobs;
  on('AllocateSanpUpSector', ['spec'], (spec) => snapUp.allocate(parse(snapUpSpecParam, spec, 'spec')));
  on('SubmitSnapUpProof', ['id', 'info'], (of, info) =>
    snapUp.submit(id(of), parse(snapUpProofParam, info, 'snapup proof')),
  );
  on('AllocateRebuildSector', ['spec'], (spec) => rebuild.allocate(parse(allowedParam, spec, 'spec')));
  on('AllocateUnsealSector', ['spec'], (spec) => unseal.allocate(parse(allowedParam, spec, 'spec')));
  on('AchieveUnsealSector', ['id', 'pieceCid', 'errInfo'], (of, piece, words) =>
    unseal.achieve(id(of), cid(piece), parse(wordsParam, words, 'errInfo')),
  );
  on('AcquireUnsealDest', ['id', 'pieceCid'], (of, piece) => unseal.dests(id(of), cid(piece)));
  on('StoreReserveSpace', ['id', 'size', 'candidates'], (of, size, candidates) => {
    parse(sizeParam, size, 'size');
    return jobs.reserveSpace(id(of), parse(candidatesParam, candidates, 'candidates'));
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
