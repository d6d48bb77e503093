import { isRefusal, messageOf } from '../../protocol/errors.js';

import type { WdPostJob, WdPostOutput } from '../../protocol/jobs.js';
import { StageError } from '../../protocol/level.js';
import { formatSectorId, proofTypeOfSize, windowProofsOf } from '../../protocol/sector.js';
import { failureOf } from '../runner.js';
import { type AttachedStore, output, type Stage, type StageContext } from '../stage.js';
import { attachedStore, storedSector } from '../stores/stored-sector.js';
import type { Tasks } from '../tasks.js';
import { allocation } from './allocation.js';

/** The result of the job: proofs and faults, or why there are none. */
type Post = { readonly output: WdPostOutput } | { readonly output: null; readonly error: string };

const allocate = (): Stage =>
  allocation(
    async ({ service, settings, workerName }, asking) => {
      const { allowedMiners: AllowedMiners, allowedSizes } = settings;
      const AllowedProofTypes = allowedSizes?.flatMap(windowProofs) ?? null;
      const jobs = await service.wdPoStAllocateJobs(
        { AllowedMiners, AllowedProofTypes, ...asking },
        1,
        workerName,
      );
      return jobs[0] ?? null;
    },
    (job) => ({ event: 'Allocated', outputs: { job } }),
  );

/** The names of the window proof: upstream's, and the one of our earlier managers. */
const windowProofs = (size: number) => windowProofsOf(proofTypeOfSize(size));

/**
 * A job that cannot be done here is returned to the manager with its reason instead of stopping the thread: the window would
 * close while an operator investigates, and another worker may be able to do it.
 */
const generate: Stage = async (context) => {
  let post: Post;
  try {
    post = { output: await context.process('window_post', await taskOf(context)) };
  } catch (thrown) {
    const { level, message } = failureOf(thrown);
    if (level !== 'permanent' || context.signal.aborted) throw thrown;
    post = { output: null, error: message };
  }
  return { event: 'Generate', outputs: { post } };
};

async function taskOf(context: StageContext): Promise<Tasks['window_post']['task']> {
  const { Id, Input } = output<WdPostJob>(context, 'job');
  if (/Winning/.test(Input.ProofType))
    throw new StageError(
      'permanent',
      `${Id} asks for a winning proof (${Input.ProofType}), and this thread makes window proofs: have winning proofs made where the manager is configured for them`,
    );
  const names = new Set(Input.Sectors.flatMap(({ Accesses }) => [Accesses.CacheDir, Accesses.SealedFile]));
  const stores = new Map<string, AttachedStore>();
  // Sectors of a store whose disk is missing are not faulty.
  for (const name of names) stores.set(name, await attachedStore(context.stores, name));
  return {
    miner_id: Input.MinerId,
    proof_type: Input.ProofType,
    seed: Input.Seed,
    replicas: Input.Sectors.map(({ SectorId: number, CommR, Upgrade, Accesses }) => {
      const id = formatSectorId({ miner: Input.MinerId, number });
      const kept = (name: string) => {
        const store = stores.get(name);
        if (store) return storedSector(store, id, Upgrade ? 'update' : 'sealed');
        throw new StageError('critical', `store ${name} was not looked up`);
      };
      return {
        sector_id: number,
        comm_r: CommR,
        cache_dir: kept(Accesses.CacheDir).cacheDir,
        sealed_file: kept(Accesses.SealedFile).file,
      };
    }),
  };
}

const submit: Stage = async (context) => {
  const post = output<Post>(context, 'post');
  const { Id } = output<WdPostJob>(context, 'job');
  const error = post.output === null ? post.error : '';
  await context.service.wdPoStFinishJob(Id, post.output, error).catch((thrown: unknown) => {
    throw isRefusal(thrown) ? new StageError('abort', messageOf(thrown), { cause: thrown }) : thrown;
  });
  return { event: 'Finish' };
};

/** Reports why the job is aborted, unless the job is already over or another worker's: that worker would get the error. */
const abort: Stage = async (context) => {
  const { service, workerName, record } = context;
  const { job, abortReason } = record.outputs;
  if (job === undefined) return { event: 'Released' };
  const { Id } = output<WdPostJob>(context, 'job');
  const isOurs = await service.wdPoStHeartbeatJobs([Id], workerName).then(
    () => true,
    (thrown: unknown) => {
      if (isRefusal(thrown)) return false;
      throw thrown;
    },
  );
  if (isOurs) await service.wdPoStFinishJob(Id, null, String(abortReason ?? 'aborted'));
  return { event: 'Released' };
};

/** The stage that leads out of each state of the wdpost plan; it has no files in the thread's own location. */
export const wdpostStages: Readonly<Record<string, Stage>> = {
  Empty: allocate(),
  Allocated: generate,
  Generated: submit,
  Finished: async () => ({ event: 'Released' }),
  Aborted: abort,
};
