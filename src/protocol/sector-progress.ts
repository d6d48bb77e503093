/** Progress of a thread's stage: percent and time left, from its view and its estimate. Pure. */
import { humanDuration } from './text/ages.js';
import type { Estimate, ThreadView } from './thread.js';

export interface Part {
  /** Whole, 0 to 100; null = not known. */
  readonly percent: number | null;
  /** ms; null = not known. */
  readonly leftMs: number | null;
}

const percentOf = (share: number) => Math.floor(100 * Math.min(1, Math.max(0, share)));

/** Progress of the stage: from its own report, else from how long it usually takes. */
export function stageProgress({ progress }: ThreadView, stage: Estimate['stage'] | undefined): Part {
  const { usualMs = null, leftMs = null, elapsedMs = 0 } = stage ?? {};
  if (progress && progress.total > 0) {
    const share = progress.done / progress.total;
    // The durations of earlier runs predict better than the first steps of this one.
    const byShare = share > 0 && elapsedMs > 0 ? (elapsedMs * (1 - share)) / share : null;
    return { percent: percentOf(share), leftMs: leftMs !== null && leftMs > 0 ? leftMs : byShare };
  }
  if (usualMs === null || usualMs <= 0) return { percent: null, leftMs };
  // Past its usual time and not done: the time left is unknown.
  return { percent: Math.min(99, percentOf(elapsedMs / usualMs)), leftMs: leftMs === 0 ? null : leftMs };
}

/**
 * Progress of the stage as it may be shown now: no time left unless it is being worked on; a frozen one keeps its
 * reported percent.
 */
export function workProgress(view: ThreadView, stage: Estimate['stage'] | undefined): Part {
  const part = stageProgress(view, stage);
  if (view.mode === 'running' || view.mode === 'pausing') return part;
  return { percent: view.progress ? part.percent : null, leftMs: null };
}

/** `27%, about 3 min left`; empty when nothing is known. */
export function partText({ percent, leftMs }: Part): string {
  return [
    percent === null ? '' : `${percent}%`,
    leftMs === null ? '' : `about ${humanDuration(Math.max(1000, leftMs))} left`,
  ]
    .filter((text) => text !== '')
    .join(', ');
}

/** `3 of 11 layers, 27%, about 3 min left`; empty when nothing is known. */
export function workText(view: ThreadView, stage: Estimate['stage'] | undefined): string {
  const { progress } = view;
  const steps = progress ? `${progress.done} of ${progress.total} ${progress.unit}` : '';
  return [steps, partText(workProgress(view, stage))].filter((text) => text !== '').join(', ');
}
