import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { cachePath } from '../../dist/src/sealing/builtin/files/cache.js';
import { addPieces } from '../../dist/src/sealing/builtin/pieces/add-pieces.js';
import { pc1 } from '../../dist/src/sealing/builtin/trees/pc1.js';
import { pc2 } from '../../dist/src/sealing/builtin/trees/pc2.js';
import { treeD } from '../../dist/src/sealing/builtin/trees/tree-d.js';
import { digestOf } from '../../dist/src/sealing/digests.js';
import { readTrace } from '../tools/sealing/read-trace.js';

test('the digests of what PC2 writes are those of its files, though none is read for them', async () => {
  const home = mkdtempSync(join(tmpdir(), 'digests-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const cacheDir = join(home, 'cache');
  const [stagedPath, sealedPath] = [join(home, 'staged'), join(home, 'sealed')];
  mkdirSync(cacheDir);
  // Several chunks of 64 KiB.
  const sectorSize = 256 * 1024;
  writeFileSync(stagedPath, randomBytes(sectorSize));
  const { signal } = new AbortController();
  const work = { signal, progress: () => undefined };
  const { commD } = await treeD({ sectorSize, stagedPath, cacheDir }, work);
  const replica = { proverId: Array(32).fill(1), sectorNumber: 1, ticket: Array(32).fill(2), commD };
  const made = await pc1({ sectorSize, cacheDir, ...replica }, work);
  await pc2({ sectorSize, cacheDir, stagedPath, sealedPath, pc1: made }, work);
  for (const path of [sealedPath, cachePath(cacheDir, 'treeR'), cachePath(cacheDir, 'treeD')])
    expect(await digestOf(path, signal)).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'));
});

/** A piece of random payload. */
function piece(payloadSize: number, paddedSize: number) {
  const payload = randomBytes(payloadSize);
  const open = async () =>
    (async function* () {
      yield payload;
    })();
  return { cid: null, payloadSize, paddedSize, open };
}

test.each([
  { what: 'without pieces', pieces: [] },
  { what: 'with a piece that fills it in part', pieces: [piece(100, 256)] },
  // The second begins at the next multiple of its size; a piece without payload is a filler.
  {
    what: 'with gaps and fillers',
    pieces: [piece(200, 256), piece(60_000, 65_536), piece(0, 65_536), piece(9, 128)],
  },
])(
  'the digest of a staged sector $what is that of its file, which is not read for it',
  async ({ pieces }) => {
    const home = mkdtempSync(join(tmpdir(), 'digests-'));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    const stagedPath = join(home, 'staged');
    const sectorSize = 256 * 1024;
    const { signal } = new AbortController();
    await addPieces({ sectorSize, pieces, stagedPath }, { signal, progress: () => undefined });
    const trace = await readTrace();
    const digest = await digestOf(stagedPath, signal);
    expect(trace.bytesOf(stagedPath)).toBe(0);
    const bytes = readFileSync(stagedPath);
    expect(bytes.length).toBe(sectorSize);
    expect(digest).toBe(createHash('sha256').update(bytes).digest('hex'));
  },
);
