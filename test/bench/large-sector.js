import { spawnSync } from 'node:child_process';
import { createHash, hash } from 'node:crypto';
import { closeSync, fsyncSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSize } from '../../dist/src/protocol/text/size.js';
import { layersOf } from '../../dist/src/sealing/builtin/files/cache.js';
import { head, isShort, report } from './report.js';

const child = new URL('./large-sector-child.js', import.meta.url).pathname;

/** The stages of a large sector beside their bare work, and the memory of the thread that seals it. */
export async function bench() {
  const text = process.env.BENCH_SECTOR ?? (isShort ? '2KiB' : '512MiB');
  const size = parseSize(text);
  const layers = layersOf(size);
  head(`${text} sector, sealed by a thread`);
  // The machine is another one from minute to minute: a layer's work before and one behind.
  const before = bareLayer(size, 'buffer');
  const { tookMs, idleMiB, peakMiB } = sealed(size);
  const pc1Ms = tookMs.PC1;
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
    ...besideBytes(size, tookMs, floor),
  ];
  return short.filter((kept) => !kept).length;
}

/** The other long stages, each beside its bytes read, hashed, written and brought to the disk by a bare loop: told, not promised. */
function besideBytes(size, tookMs, pc1Floor) {
  const home = mkdtempSync(join(tmpdir(), 'sealvisor-bench-'));
  const [tree, copies, read] = ['tree', 'copies', 'read'].map((name) => join(home, name));
  // Of a tree: its leaves and what lies above them, and a hash for each node but the leaves.
  const treeMs = bareBytes(tree, size, 2) + bareNodes(size / 32 - 1);
  const sealedMs = bareBytes(copies, size, 1);
  const floors = {
    TreeD: treeMs,
    PC2: treeMs + sealedMs,
    // The sealed file and its tree, written and read again.
    PersistFiles: bareBytes(read, size, 3) + bareRead(read),
  };
  // What C1 is checked against: the data's tree, all layers, the sealed file and its tree.
  floors.C1 = (bareRead(read) / 3) * (5 + layersOf(size));
  floors['Empty to Finished'] = Object.values(floors).reduce((sum, ms) => sum + ms, pc1Floor);
  rmSync(home, { recursive: true, force: true });
  const all = Object.values(tookMs).reduce((sum, ms) => sum + (ms ?? 0), 0);
  return Object.entries(floors).map(([what, floor]) =>
    report({
      what: `${what}, against its bytes and hashes`,
      unit: 'ms',
      ours: tookMs[what] ?? all,
      floor,
    }),
  );
}

const slice = Buffer.alloc(512 * 1024, 7);

/** `count` times `size` bytes hashed, written and brought to the disk: ms. */
function bareBytes(path, size, count) {
  const started = performance.now();
  const file = openSync(path, 'w');
  const digest = createHash('sha256');
  for (let at = 0; at < size * count; at += slice.length) {
    const bytes = slice.subarray(0, Math.min(slice.length, size * count - at));
    digest.update(bytes);
    writeSync(file, bytes);
  }
  fsyncSync(file);
  closeSync(file);
  return performance.now() - started;
}

/** All of a file read and hashed: ms. */
function bareRead(path) {
  const started = performance.now();
  const file = openSync(path, 'r');
  const digest = createHash('sha256');
  for (let count = readSync(file, slice); count > 0; count = readSync(file, slice))
    digest.update(slice.subarray(0, count));
  closeSync(file);
  return performance.now() - started;
}

/** Nodes of a tree, hashed and thrown away: ms. */
function bareNodes(count) {
  const pair = Buffer.alloc(64, 3);
  const started = performance.now();
  for (let done = 0; done < count; done += 1) hash('sha256', pair, 'binary');
  return performance.now() - started;
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
