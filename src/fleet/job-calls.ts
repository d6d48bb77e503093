/** Calls that request a job from a manager: a sector to seal, an upgrade, a rebuild, an unseal, window proofs. */
import type * as z from 'zod';
import { SealvisorError } from '../protocol/errors.js';
import type { Asking, UsedNumber } from '../protocol/identity.js';
import type { SectorService } from '../protocol/sealer.js';
import type { SectorId } from '../protocol/sector.js';
import { jobAnswers } from './job-answers.js';
import type { AskEither } from './older-forms.js';

const { allocated } = jobAnswers;

/** Calls the manager and parses its answer by the schema; `by`: the manager's id, `whyNone`: why there is no job. */
export type Told = <T>(
  schema: z.ZodType<T>,
  name: string,
  params: readonly unknown[],
) => Promise<{ readonly data: T; readonly by: string | null; readonly whyNone: string | undefined }>;

/** The numbers of sectors that a worker has used. */
export interface NumbersUsed {
  usedNumbers(): Promise<readonly UsedNumber[]>;
  used(id: SectorId): Promise<void>;
}

type JobCalls = Pick<
  SectorService,
  | 'allocateSector'
  | 'allocateSnapUpSector'
  | 'allocateRebuildSector'
  | 'allocateUnsealSector'
  | 'wdPoStAllocateJobs'
>;

/** Calls that return a job, each with its request and manager. */
export function jobCalls(told: Told, link: NumbersUsed | undefined, either: AskEither): JobCalls {
  /** A job with its request and manager. */
  const behind = <T extends Pick<Asking, 'Request'>>({ Request, ...job }: T, by: string | null) => ({
    ...job,
    given: { request: Request ?? null, manager: by },
  });
  const job = async <T extends Pick<Asking, 'Request'>>(
    schema: z.ZodType<T>,
    name: string,
    ...params: readonly unknown[]
  ) => {
    const { data, by, whyNone } = await told(schema.nullable(), name, params);
    if (data === null) checkReason(whyNone);
    return data === null ? null : behind(data, by);
  };
  /** A worker's threads show why there is no job. @throws no_job if the manager gives a reason */
  const checkReason = (why: string | undefined) => {
    if (link && why !== undefined) throw new SealvisorError('no_job', why);
  };
  return {
    allocateSector: async (spec, isNonInteractive = false) => {
      const UsedNumbers = await link?.usedNumbers();
      const wish = { ...spec, ...(UsedNumbers ? { UsedNumbers } : {}) };
      const whole = () => job(allocated, 'AllocateSector', wish, isNonInteractive);
      // Older managers accept only the spec.
      const found = isNonInteractive
        ? await whole()
        : await either('AllocateSector', () => job(allocated, 'AllocateSector', wish), whole);
      if (found) await link?.used({ miner: found.ID.Miner, number: found.ID.Number });
      return found;
    },
    allocateSnapUpSector: (spec) => job(jobAnswers.snapUp, 'AllocateSanpUpSector', spec),
    allocateRebuildSector: (spec) => job(jobAnswers.rebuild, 'AllocateRebuildSector', spec),
    allocateUnsealSector: (spec) => job(jobAnswers.unseal, 'AllocateUnsealSector', spec),
    wdPoStAllocateJobs: async (spec, num, workerName) => {
      const params = [spec, num, workerName];
      const { data, by, whyNone } = await told(jobAnswers.wdPosts, 'WdPoStAllocateJobs', params);
      if (data.length === 0) checkReason(whyNone);
      return data.map((each) => behind(each, by));
    },
  };
}
