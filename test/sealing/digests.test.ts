import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { cachePath } from '../../dist/src/sealing/builtin/cache-files.js';
import { pc1 } from '../../dist/src/sealing/builtin/pc1.js';
import { pc2 } from '../../dist/src/sealing/builtin/pc2.js';
import { treeD } from '../../dist/src/sealing/builtin/tree-d.js';
import { digestOf } from '../../dist/src/sealing/digests.js';

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
