import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { parseSize } from '../../dist/src/protocol/size.js';
import { layersOf } from '../../dist/src/sealing/builtin/cache-files.js';
import { head, isShort, report } from './report.js';

const child = new URL('./large-sector-child.js', import.meta.url).pathname;

/** PC1 of a large sector beside its bare SHA-256 work, and the memory of the thread that seals it. */
export async function bench() {
  const text = process.env.BENCH_SECTOR ?? (isShort ? '2KiB' : '512MiB');
  const size = parseSize(text);
  const layers = layersOf(size);
  head(`${text} sector, sealed by a thread`);
  // The machine is another one from minute to minute: a layer's work before and one behind.
  const before = bareLayer(size, 'buffer');
  const { pc1Ms, idleMiB, peakMiB } = sealed(size);
  const floor = ((before + bareLayer(size, 'buffer')) / 2) * layers;
  const fastest = bareLayer(size, 'binary') * layers;
  const memory = { what: 'resident memory at its peak, against idle', unit: 'MiB', mostMore: 64 };
  // As a rate: what the bare loop takes, of what ours takes.
  const speed = {
    what: "labels a second in PC1, against crypto.hash(.., 'buffer')",
    unit: '/ms',
    least: 0.8,
  };
  const labels = (size / 32) * layers;
  const short = [
    report({ ...speed, ours: labels / pc1Ms, floor: labels / floor }),
    report({
      what: "against crypto.hash(.., 'binary'), thrown away",
      unit: '/ms',
      ours: labels / pc1Ms,
      floor: labels / fastest,
    }),
    report({ ...memory, ours: peakMiB, floor: idleMiB }),
  ];
  return short.filter((kept) => !kept).length;
}

function sealed(size) {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--expose-gc', child, String(size)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** The labels of one layer, hashed and thrown away: ms. */
function bareLayer(size, encoding) {
  const label = Buffer.alloc(108, 4);
  const started = performance.now();
  for (let count = 0; count < size / 32; count += 1) hash('sha256', label, encoding);
  return performance.now() - started;
}
