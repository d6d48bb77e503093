/** What a worker counts, for Prometheus: threads by mode, limits and breakers as they are, stages and failures since the start. */
import type { Hono } from 'hono';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { errorLevels } from '../protocol/level.js';
import { threadModes } from '../protocol/thread.js';
import type { WorkerNews } from '../protocol/worker.js';
import type { Worker } from '../worker/worker.js';

/** A door that is started again counts on. */
const registries = new WeakMap<Worker, Registry>();
const stageSeconds = [0.1, 1, 10, 60, 600, 1800, 3600, 7200, 14_400, 28_800, 57_600];

export function metricsRoute(app: Hono, worker: Worker): void {
  const registry = registries.get(worker) ?? registryOf(worker);
  registries.set(worker, registry);
  app.get('/metrics', async (c) =>
    c.body(await registry.metrics(), 200, { 'content-type': registry.contentType }),
  );
}

function registryOf({ control, events, failedAllocations }: Worker): Registry {
  const registry = new Registry();
  const registers = [registry];
  const gauge = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    collect: (set: (value: number, labels?: Record<L, string>) => void) => void,
  ) =>
    new Gauge<L>({
      name: `sealvisor_${name}`,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        collect((value, labels) => (labels ? this.set(labels, value) : this.set(value)));
      },
    });
  gauge('threads', 'sealing threads by mode', ['mode'], (set) => {
    const views = control.threads();
    for (const mode of threadModes) set(views.filter((view) => view.mode === mode).length, { mode });
  });
  gauge('threads_with_error', 'sealing threads whose last error stands, by level', ['level'], (set) => {
    const views = control.threads();
    for (const level of errorLevels)
      set(views.filter((view) => view.lastError?.level === level).length, { level });
  });
  gauge('thread_incarnation', 'starts of a sealing thread', ['index'], (set) => {
    for (const { index, incarnation } of control.threads()) set(incarnation, { index: String(index) });
  });
  gauge('worker_serving', '1 while the worker takes new sectors', [], (set) =>
    set(control.worker().life === 'serving' ? 1 : 0),
  );
  gauge('limit_holders', 'threads that hold a place of a limited stage', ['stage'], (set) => {
    for (const { name, holders } of control.worker().limits) set(holders.length, { stage: name });
  });
  gauge('limit_queue', 'threads that wait for a place of a limited stage', ['stage'], (set) => {
    for (const { name, queue } of control.worker().limits) set(queue.length, { stage: name });
  });
  gauge('breaker_open', '1 for each stage whose breaker is open', ['stage'], (set) => {
    for (const { stage } of control.worker().breakers) set(1, { stage });
  });
  countAllocations(registry, failedAllocations);
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
  const count = (news: WorkerNews) => {
    if (news.type !== 'row') return;
    const { kind, stage, durationMs, level } = news.row;
    if (kind === 'transition' && stage !== null && durationMs !== null)
      durations.observe({ stage }, durationMs / 1000);
    if (level !== null) failures.inc({ stage: stage ?? '-', level });
  };
  events.subscribe(undefined, (event) => count(event.news));
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  return registry;
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
