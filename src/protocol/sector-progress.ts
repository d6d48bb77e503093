/** How far a thread is with its stage and its sector: percent and time left, from its view and its estimate. Pure. */
import { humanDuration } from './text/ages.js';
import type { Estimate, ThreadView } from './thread.js';

export interface Part {
  /** Whole, 0 to 100; null = not known. */
  readonly percent: number | null;
  /** ms; null = not known. */
  readonly leftMs: number | null;
}

const percentOf = (share: number) => Math.floor(100 * Math.min(1, Math.max(0, share)));

/** Of the stage: by what it says of itself, else by how long it usually takes. */
export function stageProgress({ progress }: ThreadView, stage: Estimate['stage'] | undefined): Part {
  const { usualMs = null, leftMs = null, elapsedMs = 0 } = stage ?? {};
  if (progress && progress.total > 0) {
    const share = progress.done / progress.total;
    // Earlier stages know better than a first step does.
    const byShare = share > 0 && elapsedMs > 0 ? (elapsedMs * (1 - share)) / share : null;
    return { percent: percentOf(share), leftMs: leftMs !== null && leftMs > 0 ? leftMs : byShare };
  }
  if (usualMs === null || usualMs <= 0) return { percent: null, leftMs };
  // Over its usual time it is not done: nobody knows how much is left.
  return { percent: Math.min(99, percentOf(elapsedMs / usualMs)), leftMs: leftMs === 0 ? null : leftMs };
}

/** Of the stage, as far as it may be told now: time passes only where it is worked on; one that is frozen keeps its percent. */
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
