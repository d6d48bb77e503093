/** Children that are no more than a promise; run by itself it prints the kB that supervision takes for one of them. */
import { startSupervisor } from '../../dist/src/actors/index.js';

class Bare {
  constructor() {
    this.exited = new Promise((resolve) => {
      this.tell = resolve;
    });
  }
  stop() {
    this.tell({ kind: 'shutdown' });
  }
  kill() {
    this.tell({ kind: 'killed' });
  }
}

/** Specs of so many children. */
export function inProcess(count) {
  return Array.from({ length: count }, (_, nth) => ({ id: `child ${nth}`, start: () => new Bare() }));
}

function heapUsed() {
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

if (process.argv[2] === 'measure') {
  const count = 10_000;
  await (await startSupervisor({ children: inProcess(10) })).stop();
  const before = heapUsed();
  const own = inProcess(count).map(({ start }) => start());
  const alone = heapUsed() - before;
  const supervisor = await startSupervisor({ children: inProcess(count) });
  const both = heapUsed() - before - alone;
  console.log((both - alone) / count / 1000);
  if (own.length !== supervisor.countChildren().active) process.exitCode = 1;
  await supervisor.stop();
}
