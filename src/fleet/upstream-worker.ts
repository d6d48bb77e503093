/** An upstream worker (venus-cluster, damocles), which has no REST: `VenusWorker.` over JSON-RPC (docs/spec.md#rpc). */
import * as z from 'zod';
import { sleep } from '../actors/system-clock.js';
import type { WallClock } from '../protocol/clock.js';
import { SealvisorError } from '../protocol/errors.js';
import { orEmpty } from '../protocol/job-wire.js';
import { someOf } from '../protocol/some-of.js';
import { looked } from '../protocol/text/issue.js';
import type { ControlReply, PauseHow, ThreadView } from '../protocol/thread.js';
import { fromUpstreamThread } from '../protocol/upstream-thread.js';
import { afterResume } from './after-resume.js';
import { rpcCall } from './rpc-client.js';

export type ThreadVerb = 'pause' | 'resume' | 'restart';

/** Parameters of a command. */
export interface ThreadRequest {
  readonly how?: PauseHow | undefined;
  readonly state?: string | null | undefined;
  readonly dryRun?: boolean | undefined;
  readonly force?: boolean | undefined;
  /** How long the answer to a pause may wait until the thread is paused, ms. */
  readonly waitMs?: number | undefined;
  readonly id?: string | undefined;
  readonly ifRevision?: number | undefined;
  readonly reason?: string | undefined;
  readonly by?: string | undefined;
}

export interface UpstreamClient {
  threads(): Promise<readonly ThreadView[]>;
  thread(index: number): Promise<ThreadView>;
  command(
    index: number,
    verb: ThreadVerb,
    request: ThreadRequest,
    signal?: AbortSignal,
  ): Promise<ControlReply>;
}

const count = z.number().int().min(0);
const text = z.string();
const threadList = orEmpty(
  z.array(
    z
      .object({
        index: count,
        location: text,
        plan: text.optional(),
        sector_id: z.object({ Miner: count, Number: count }).nullish(),
        job_id: text.nullish(),
        paused: z.boolean().optional(),
        paused_elapsed: count.nullish(),
        thread_state: z
          .object({
            state: z.enum(['Idle', 'Paused', 'Running', 'Waiting']),
            elapsed: count.optional(),
            proc: text.nullish(),
          })
          .optional(),
        state: text.optional(),
        job_state: text.optional(),
        job_stage: text.nullish(),
        last_error: text.nullish(),
      })
      .refine(
        (thread) => (thread.state ?? thread.job_state) !== undefined,
        'a thread with a state or a job_state',
      ),
  ),
);

const timeoutMs = 15_000;
/** A thread acts a little after the worker's answer: it is checked again after these delays, ms. */
const looksAfterMs = [0, 150, 350, 1000] as const;

export function upstreamClient(
  name: string,
  base: string,
  clock: WallClock,
  { wait = sleep }: { readonly wait?: (ms: number) => Promise<unknown> } = {},
): UpstreamClient {
  const call = (method: string, params: readonly unknown[]) =>
    rpcCall(base, `VenusWorker.${method}`, params, { timeoutMs });
  const threads = async () => {
    const { data, fault } = looked(threadList, await call('WorkerList', []));
    if (fault === undefined) return data.map((thread) => fromUpstreamThread(thread, clock.now()));
    throw new SealvisorError('bad_answer', `WorkerList of ${name} has another shape: ${fault}`);
  };
  const thread = async (index: number) => {
    const views = await threads();
    const found = views.find((view) => view.index === index);
    if (found) return found;
    const known = someOf(views.map((view) => String(view.index))) || 'none';
    throw new SealvisorError('thread_not_found', `no thread #${index} on ${name}: known are ${known}`);
  };
  const pause = async (index: number): Promise<ControlReply> => {
    const changed = (await call('WorkerPause', [index])) === true;
    const message = changed ? `${name} took the pause of thread #${index}` : unchanged(index);
    return { ...(await thread(index)), changed, message };
  };
  const resume = async (index: number, state: string | null): Promise<ControlReply> => {
    const before = { view: await thread(index), nowMs: clock.now() };
    if ((await call('WorkerResume', [index, state])) !== true)
      return { ...(await thread(index)), changed: false, message: unchanged(index) };
    for (const ms of looksAfterMs) {
      if (ms > 0) await wait(ms);
      const after = { view: await thread(index), nowMs: clock.now() };
      const end = afterResume(name, before, after, state);
      if (end.changed || ms === looksAfterMs.at(-1)) return { ...after.view, ...end };
    }
    return { ...before.view, changed: false, message: unchanged(index) };
  };
  return {
    threads,
    thread,
    command: async (index, verb, request) => {
      const refusal = beyondIt(name, verb, request);
      if (refusal) throw refusal;
      if (verb === 'pause') return pause(index);
      const { state = null } = request;
      // `Abort` is the name in upstream's documentation; its code knows only `Aborted`.
      return resume(index, state === 'Abort' ? 'Aborted' : state);
    },
  };
}

const unchanged = (index: number) => `thread #${index} did not change`;

/** Why an upstream worker cannot do the command; undefined if it can. */
function beyondIt(name: string, verb: ThreadVerb, request: ThreadRequest): SealvisorError | undefined {
  const { how, dryRun, force, ifRevision } = request;
  const which = `${name} is an upstream worker`;
  if (verb === 'restart')
    return new SealvisorError('invalid_request', `${which}: it starts no thread again; restart the worker`);
  if (dryRun) return new SealvisorError('invalid_request', `${which}: it knows no dry run`);
  if (force) return new SealvisorError('invalid_request', `${which}: it cannot be forced`);
  if (ifRevision !== undefined)
    return new SealvisorError('invalid_request', `${which}: its threads have no revisions`);
  if (how === 'freeze')
    return new SealvisorError('freeze_refused', `${which}: it cannot freeze a stage; pause without freeze`);
  if (how === 'now')
    return new SealvisorError('invalid_request', `${which}: it pauses after the stage; pause without now`);
  return undefined;
}
