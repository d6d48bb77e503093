/** What a worker counts, for Prometheus: threads by mode, limits and breakers as they are, stages and failures since the start. */
import type { Hono } from 'hono';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { errorLevels } from '../protocol/level.js';
import { type ThreadView, threadModes } from '../protocol/thread.js';
import type { BreakerView, LimitView } from '../protocol/worker.js';
import type { Worker } from '../worker/worker.js';

/** A door that is started again counts on. */
const registries = new WeakMap<Worker, () => Promise<Scraped>>();
const stageSeconds = [0.1, 1, 10, 60, 600, 1800, 3600, 7200, 14_400, 28_800, 57_600];

interface Scraped {
  readonly text: string;
  readonly type: string;
}

export function metricsRoute(app: Hono, worker: Worker): void {
  const scrape = registries.get(worker) ?? scraperOf(worker);
  registries.set(worker, scrape);
  app.get('/metrics', async (c) => {
    const { text, type } = await scrape();
    return c.body(text, 200, { 'content-type': type });
  });
}

function scraperOf({ control, desk, events, failedAllocations }: Worker): () => Promise<Scraped> {
  const registry = new Registry();
  const set = gaugesOf(registry);
  countAllocations(registry, failedAllocations);
  countStages(registry, events);
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  return async () => {
    // Everything is looked at once for a scrape.
    set({
      threads: control.threads(),
      isServing: control.life() === 'serving',
      limits: desk.limits(),
      breakers: desk.breakers(),
    });
    return { text: await registry.metrics(), type: registry.contentType };
  };
}

/** What the gauges are set from. */
interface Seen {
  readonly threads: readonly ThreadView[];
  readonly isServing: boolean;
  readonly limits: readonly LimitView[];
  readonly breakers: readonly BreakerView[];
}

function gaugesOf(registry: Registry): (seen: Seen) => void {
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge<L>({ name: `sealvisor_${name}`, help, labelNames, registers: [registry] });
  const byMode = gauge('threads', 'sealing threads by mode', ['mode']);
  const byError = gauge('threads_with_error', 'sealing threads whose last error stands, by level', ['level']);
  const incarnations = gauge('thread_incarnation', 'starts of a sealing thread', ['index']);
  const serving = gauge('worker_serving', '1 while the worker takes new sectors', []);
  const holding = gauge('limit_holders', 'threads that hold a slot of a limited stage', ['stage']);
  const waiting = gauge('limit_queue', 'threads that wait for a slot of a limited stage', ['stage']);
  const open = gauge('breaker_open', '1 for each stage whose breaker is open', ['stage']);
  return ({ threads, isServing, limits, breakers }) => {
    // A thread, a limit or a breaker that is gone is not shown.
    for (const each of [incarnations, holding, waiting, open]) each.reset();
    for (const mode of threadModes) byMode.set({ mode }, threads.filter((view) => view.mode === mode).length);
    for (const level of errorLevels)
      byError.set({ level }, threads.filter(({ lastError }) => lastError?.level === level).length);
    for (const { index, incarnation } of threads) incarnations.set({ index }, incarnation);
    serving.set(isServing ? 1 : 0);
    for (const { name: stage, holders, queue } of limits) {
      holding.set({ stage }, holders.length);
      waiting.set({ stage }, queue.length);
    }
    for (const { stage } of breakers) open.set({ stage }, 1);
  };
}

function countStages(registry: Registry, events: Worker['events']): void {
  const registers = [registry];
  const durations = new Histogram({
    name: 'sealvisor_stage_seconds',
    help: 'how long finished stages took',
    labelNames: ['stage'],
    buckets: stageSeconds,
    registers,
  });
  const failures = new Counter({
    name: 'sealvisor_stage_failures_total',
    help: 'failed tries of stages, by level',
    labelNames: ['stage', 'level'],
    registers,
  });
  events.subscribe(undefined, ({ news }) => {
    if (news.type !== 'row') return;
    const { kind, stage, durationMs, level } = news.row;
    if (kind === 'transition' && stage !== null && durationMs !== null)
      durations.observe({ stage }, durationMs / 1000);
    if (level !== null) failures.inc({ stage: stage ?? '-', level });
  });
}

function countAllocations(registry: Registry, failed: Worker['failedAllocations']): void {
  new Counter({
    name: 'sealvisor_allocation_failures_total',
    help: 'requests for a job that the manager refused or did not answer, by plan and error code',
    labelNames: ['plan', 'code'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { count, ...labels } of failed()) this.inc(labels, count);
    },
  });
}
