/** Metrics of a manager in front of another one, for Prometheus: the calls it passed on, and whether that one answers. */
import type { Hono } from 'hono';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Front } from '../../manager/upstream/front.js';

/**
 * `refused`: answered with an error; `unreadable`: the answer is not JSON-RPC; `left`: the caller did not wait, or
 * this manager was stopping.
 */
export type Outcome = 'answered' | 'refused' | 'unreadable' | 'unreachable' | 'left';

export interface PassCounts {
  /** Starts a call; it is counted when the returned function is called. */
  begin(method: string): (outcome: Outcome) => void;
  readonly registry: Registry;
}

/** Callers choose the names: above this many, further ones are counted together. */
const mostMethods = 150;
const longestName = 100;
const seconds = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 30, 120];

/** A door that is restarted keeps its counts. */
const counted = new WeakMap<Front, PassCounts>();

export function passCounts(front: Front): PassCounts {
  const counts = counted.get(front) ?? newCounts(front);
  counted.set(front, counts);
  return counts;
}

function newCounts(front: Front): PassCounts {
  const registry = new Registry();
  const registers = [registry];
  const methods = new Set<string>();
  const known = (name: string) => {
    const method = name.slice(0, longestName);
    if (methods.size < mostMethods) methods.add(method);
    return methods.has(method) ? method : 'other';
  };
  const calls = new Counter({
    name: 'sealvisor_upstream_calls_total',
    help: 'calls that were passed on to the manager behind this one, by method and outcome',
    labelNames: ['method', 'outcome'],
    registers,
  });
  const took = new Histogram({
    name: 'sealvisor_upstream_seconds',
    help: 'how long the manager behind this one took to answer',
    labelNames: ['method'],
    buckets: seconds,
    registers,
  });
  new Gauge({
    name: 'sealvisor_upstream_up',
    help: '1 while the manager behind this one answers, by the last call that was passed on',
    registers,
    collect() {
      const { isUp } = front.reach.state();
      // A reset would show 0, which means down.
      if (isUp === null) this.remove();
      else this.set(isUp ? 1 : 0);
    },
  });
  new Gauge({
    name: 'sealvisor_workers',
    help: 'workers that reported',
    registers,
    collect() {
      this.set(workersOf(front));
    },
  });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  return {
    registry,
    begin: (name) => {
      const startedMs = performance.now();
      return (outcome) => {
        const method = known(name);
        calls.inc({ method, outcome });
        if (outcome === 'answered' || outcome === 'refused')
          took.observe({ method }, (performance.now() - startedMs) / 1000);
      };
    },
  };
}

/** 0 while the home cannot be read: the other metrics are still served. */
function workersOf(front: Front): number {
  try {
    return front.roster.list().length;
  } catch {
    return 0;
  }
}

export function passMetricsRoute(app: Hono, { registry }: PassCounts): void {
  app.get('/metrics', async (c) =>
    c.body(await registry.metrics(), 200, { 'content-type': registry.contentType }),
  );
}
