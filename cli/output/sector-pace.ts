/** Progress of a sector for the bars of `sealvisor start`, from stage durations in this run. */

import { emptyState, type Plan, planNamed, stagesBetween } from '../../machines/index.js';
import { passedMs } from '../../src/protocol/clock.js';
import { featureOf } from '../../src/protocol/sector.js';
import { type Part, stageProgress } from '../../src/protocol/sector-progress.js';
import type { HistoryRow, ThreadView } from '../../src/protocol/thread.js';

/** Assumed duration of a stage while no duration is known, ms. */
const guessMs = 500;

export interface SectorPace {
  /** Learns a stage's duration from a row of history. */
  learn(row: Pick<HistoryRow, 'stage' | 'durationMs' | 'sector'>): void;
  of(view: ThreadView, nowMs: number): Part;
}

export function sectorPace(): SectorPace {
  const took = new Map<string, number>();
  const weight = (stage: string) => took.get(stage) ?? mean([...took.values()]) ?? guessMs;
  const sum = (stages: readonly string[]) => stages.reduce((ms, stage) => ms + weight(stage), 0);
  return {
    learn: ({ stage, durationMs }) => {
      if (stage === null || durationMs === null || stage === '-') return;
      const before = took.get(stage);
      took.set(stage, before === undefined ? durationMs : (before + durationMs) / 2);
    },
    of: (view, nowMs) => {
      const plan: Plan | undefined = planNamed(view.plan);
      if (plan === undefined || view.sector === null || view.state === emptyState)
        return { percent: null, leftMs: null };
      const kind = featureOf(view.sector);
      const toCome = stagesBetween(plan, view.state, 'Finished', kind);
      const all = stagesBetween(plan, emptyState, 'Finished', kind);
      const [current] = toCome;
      if (current === undefined) return { percent: 100, leftMs: null };
      const doneMs = sum(all.slice(0, all.length - toCome.length));
      const stage = stagePart(view, weight(current), nowMs);
      const leftMs = stage.leftMs + sum(toCome.slice(1));
      const totalMs = doneMs + stage.doneMs + leftMs;
      const percent = Math.min(99, Math.floor((100 * (doneMs + stage.doneMs)) / Math.max(1, totalMs)));
      return { percent, leftMs: view.mode === 'running' ? leftMs : null };
    },
  };
}

/** How much of the current stage is done and left, in ms of its usual time. */
function stagePart(view: ThreadView, usualMs: number, nowMs: number) {
  const isAtWork = view.mode === 'running' || view.mode === 'pausing';
  const elapsedMs = isAtWork ? passedMs(view.since, nowMs) : 0;
  const { percent, leftMs } = stageProgress(view, {
    name: view.stage,
    elapsedMs,
    usualMs,
    leftMs: null,
    samples: 1,
  });
  const share = (percent ?? 0) / 100;
  return { doneMs: usualMs * share, leftMs: leftMs ?? usualMs * (1 - share) };
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, each) => sum + each, 0) / values.length;
}
