/** Whether a thread works again only when a person has done something. Pure. */
import type { ThreadView } from '../thread.js';
import type { WorkerView } from '../worker.js';

export type HoldingFacts = Pick<WorkerView, 'cordon' | 'drain'> & Partial<Pick<WorkerView, 'manager'>>;

/** `worker` null = not known. A pause, a cordon and a drain count, whoever asked for them: only a person ends them. */
export function needsPerson(
  { mode, disk, waitingFor }: Pick<ThreadView, 'mode' | 'disk' | 'waitingFor'>,
  worker: HoldingFacts | null,
): boolean {
  if (disk || mode === 'paused' || mode === 'failed') return true;
  if (mode === 'waiting') {
    const limit = waitingFor?.limit ?? '';
    return limit === 'space' || limit === 'cordon' || limit.startsWith('breaker ');
  }
  return mode === 'idle' && Boolean(worker?.manager?.other || worker?.cordon || worker?.drain);
}
