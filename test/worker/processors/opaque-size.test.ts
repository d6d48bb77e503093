/** Outputs of any size through every stage that hands them on: `OPAQUE_MB` megabytes each (`npm run test:large`: 1024). */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, onTestFinished, test } from 'vitest';
import type { SectorService } from '#src/protocol/sealer.js';
import { loopWatch } from '../../tools/worker/loop-watch.js';
import { padded } from '../../tools/worker/padded.js';
import { isIn, setup } from '../../tools/worker/setup.js';

const bytes = Number(process.env.OPAQUE_MB ?? 64) * 1024 * 1024;
const mebibytes = (size: number) => Math.round(size / 1024 / 1024);

/** The most memory that this process, which is the daemon here, has had since the start. */
function memoryWatch() {
  let most = process.memoryUsage.rss();
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 10);
  onTestFinished(() => clearInterval(timer));
  return {
    most: () => most,
    restart: () => {
      most = process.memoryUsage.rss();
    },
  };
}

/** How long calls of the manager held this process, in which it lives here: in a fleet it has a process of its own. */
function held() {
  let longestMs = 0;
  const timed = (real: SectorService): Partial<SectorService> =>
    Object.fromEntries(
      Object.entries(real).map(([name, call]: [string, (...args: unknown[]) => unknown]) => [
        name,
        (...args: unknown[]) => {
          const startedMs = performance.now();
          // What it does before it first waits: its database is written at once.
          const answer = call(...args);
          longestMs = Math.max(longestMs, performance.now() - startedMs);
          return answer;
        },
      ]),
    );
  return {
    timed,
    longestMs: () => longestMs,
    restart: () => {
      longestMs = 0;
    },
  };
}

test.each([mebibytes(bytes)])(
  'outputs of %d MiB go through pc1, pc2, c1 and c2: the memory of the daemon stays flat',
  {
    timeout: 120_000 + bytes / 10_000,
  },
  async () => {
    const manager = held();
    const { until, untilRow, warnings, locationOf, control } = await setup({
      service: manager.timed,
      config: {
        processors: [
          padded('pc1', bytes, 0),
          padded('pc2', bytes, bytes),
          padded('c1', bytes, bytes),
          padded('c2', bytes, bytes),
        ],
      },
    });
    const memory = memoryWatch();
    const delays = monitorEventLoopDelay({ resolution: 1 });
    await untilRow(0, (row) => row.event === 'AssignTicket');
    const before = process.memoryUsage.rss();
    memory.restart();
    delays.enable();
    manager.restart();
    const loop = loopWatch();
    const startedMs = performance.now();
    await untilRow(0, (row) => row.event === 'PC1');
    const sector = control.thread(0).sector?.id ?? '';
    expect(statSync(join(locationOf(0), 'sectors', sector, 'outputs', 'pc1.json')).size).toBeGreaterThan(
      bytes,
    );
    await untilRow(0, (row) => row.event === 'C2');
    delays.disable();
    loop.stop();
    const { ms, cpuMs, queuedMs } = loop.longest();
    const shown = (value: number) => value.toFixed(0);
    const grown = memory.most() - before;
    console.log(
      `${mebibytes(bytes)} MiB through each of 4 stages in ${((performance.now() - startedMs) / 1000).toFixed(1)} s: memory ${mebibytes(before)} MiB + ${mebibytes(grown)} MiB, longest pause of the loop ${shown(delays.max / 1e6)} ms (the longest seen between two looks: ${shown(ms)} ms, of which ${shown(cpuMs)} at work and ${shown(queuedMs)} waiting for a CPU; the longest in a call of the test's own manager, whose database is written in this process: ${shown(manager.longestMs())} ms), most work at once ${shown(loop.busiest().cpuMs)} ms, 99% below ${(delays.percentile(99) / 1e6).toFixed(0)} ms`,
    );
    await until(0, isIn('Empty', 'resting'));
    expect(warnings).toEqual([]);
    expect(grown).toBeLessThan(64 * 1024 * 1024);
    // The single longest pause is the machine's as much as ours; what is ours of any is not.
    expect(loop.busiest().cpuMs).toBeLessThan(50);
    expect(delays.percentile(99) / 1e6).toBeLessThan(50);
  },
);
