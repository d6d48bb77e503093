/** A worker's metrics for Prometheus: threads by mode, current limits and breakers, stages and failures since the start. */
import type { Hono } from 'hono';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type EventMetric, eventMetrics, type Sample } from '../protocol/events/counted.js';
import { rowEvent } from '../protocol/events/history-events.js';
import { countOf } from '../protocol/events/table.js';
import { errorLevels } from '../protocol/level.js';
import { type ThreadView, threadModes } from '../protocol/thread.js';
import type { BreakerView, LimitView } from '../protocol/worker.js';
import type { Worker } from '../worker/worker.js';

/** A door that is restarted keeps its counts. */
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
  countEvents(registry, events);
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  return async () => {
    // Read once for each scrape.
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
    // Threads, limits and breakers that no longer exist are not shown.
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

/** Counts the rows of the threads' histories, as the table of events defines. */
function countEvents(registry: Registry, events: Worker['events']): void {
  const add = metersOf(registry);
  events.subscribe(undefined, ({ news }) => {
    if (news.type !== 'row') return;
    const count = countOf(rowEvent(news.index, news.row));
    if (count) add[count.metric](count);
  });
}

function metersOf(registry: Registry): Readonly<Record<EventMetric, (sample: Sample) => void>> {
  const meter = (name: EventMetric) => {
    const { kind, help, labels: labelNames } = eventMetrics[name];
    const options = { name, help, labelNames, registers: [registry] };
    if (kind === 'count') {
      const counter = new Counter<string>(options);
      return ({ labels, value }: Sample) => counter.inc(labels, value);
    }
    const histogram = new Histogram<string>({ ...options, buckets: stageSeconds });
    return ({ labels, value }: Sample) => histogram.observe(labels, value);
  };
  return {
    sealvisor_stage_seconds: meter('sealvisor_stage_seconds'),
    sealvisor_stage_failures_total: meter('sealvisor_stage_failures_total'),
  };
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
