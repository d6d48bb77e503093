/** Whether a thread needs a person's attention; a wait for space or a breaker may still end by itself. Pure. */
import type { ThreadView } from '../thread.js';
import type { WorkerView } from '../worker.js';

export type HoldingFacts = Pick<WorkerView, 'cordon' | 'drain'> & Partial<Pick<WorkerView, 'manager'>>;

/** `worker` null = not known. Every pause, cordon and drain counts: only a person ends them. */
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
