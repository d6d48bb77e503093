/** Outputs of any size through every stage that hands them on: `OPAQUE_MB` megabytes each (`npm run test:large`: 1024). */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, onTestFinished, test } from 'vitest';
import { padded } from './padded.js';
import { isIn, setup } from './setup.js';

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

test.each([mebibytes(bytes)])(
  'outputs of %d MiB go through pc1, pc2, c1 and c2: the memory of the daemon stays flat',
  {
    timeout: 120_000 + bytes / 10_000,
  },
  async () => {
    const { until, untilRow, warnings, locationOf, control } = await setup({
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
    const startedMs = performance.now();
    await untilRow(0, (row) => row.event === 'PC1');
    const sector = control.thread(0).sector?.id ?? '';
    expect(statSync(join(locationOf(0), 'sectors', sector, 'outputs', 'pc1.json')).size).toBeGreaterThan(
      bytes,
    );
    await untilRow(0, (row) => row.event === 'C2');
    delays.disable();
    const grown = memory.most() - before;
    console.log(
      `${mebibytes(bytes)} MiB through each of 4 stages in ${((performance.now() - startedMs) / 1000).toFixed(1)} s: memory ${mebibytes(before)} MiB + ${mebibytes(grown)} MiB, longest pause of the loop ${(delays.max / 1e6).toFixed(0)} ms, 99% below ${(delays.percentile(99) / 1e6).toFixed(0)} ms`,
    );
    await until(0, isIn('Empty', 'resting'));
    expect(warnings).toEqual([]);
    expect(grown).toBeLessThan(64 * 1024 * 1024);
    // The single longest pause is the machine's as much as ours.
    expect(delays.percentile(99) / 1e6).toBeLessThan(50);
  },
);
