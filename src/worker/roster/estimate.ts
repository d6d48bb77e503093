/** Time left for a thread's stage and sector, estimated from past durations on this worker. */
import { planNamed, stagesBetween } from '../../../machines/index.js';
import { featureOf } from '../../protocol/sector.js';
import { type Estimate, type ThreadView, workedMs } from '../../protocol/thread.js';
import type { StageDurations } from '../../store/history-rows.js';

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  return upper === undefined || lower === undefined ? null : Math.round((upper + lower) / 2);
}

/** `durations`: stages of sectors of the same size, from all threads. */
export function estimateOf(view: ThreadView, durations: readonly StageDurations[], nowMs: number): Estimate {
  const plan = planNamed(view.plan);
  if (view.sector === null || plan === undefined) return { stage: null, sector: null };
  const samplesOf = (stage: string) =>
    durations.filter((each) => each.stage === stage).flatMap(({ ms }) => ms);
  const elapsedMs = workedMs(view, nowMs);
  const samples = samplesOf(view.stage);
  const usualMs = median(samples);
  const leftMs = usualMs === null ? null : Math.max(0, usualMs - elapsedMs);
  const isStage = view.stage !== '-';
  const toCome = stagesBetween(plan, view.state, 'Finished', featureOf(view.sector)).slice(isStage ? 1 : 0);
  const usual = toCome.map((stage) => ({ stage, ms: median(samplesOf(stage)) }));
  const unknown = [
    ...(isStage && leftMs === null ? [view.stage] : []),
    ...usual.filter(({ ms }) => ms === null).map(({ stage }) => stage),
  ];
  const knownMs = usual.reduce((sum, { ms }) => sum + (ms ?? 0), leftMs ?? 0);
  const isKnown = unknown.length < toCome.length + (isStage ? 1 : 0);
  return {
    stage: isStage ? { name: view.stage, elapsedMs, usualMs, leftMs, samples: samples.length } : null,
    sector: { leftMs: isKnown ? knownMs : null, unknown },
  };
}
