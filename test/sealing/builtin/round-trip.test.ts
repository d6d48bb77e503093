import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runTask, unseal } from '#src/sealing/builtin/index.js';
import {
  bytesOf,
  KiB,
  MiB,
  makeDir,
  makeWork,
  type Payload,
  persistTask,
  seal,
  sourceOf,
} from '../../tools/sealing/chain.js';

async function sealed(sectorSize: number, payloads: readonly Payload[]) {
  const dir = makeDir();
  const pieces = await Promise.all(payloads.map(sourceOf));
  return { ...(await seal({ dir, sectorSize, pieces })), dir, outDir: join(dir, 'out') };
}

const small: Payload[] = [
  { bytes: bytesOf(100, 1), paddedSize: 128 },
  { bytes: bytesOf(300, 2), paddedSize: 512 },
  { bytes: bytesOf(127, 3), paddedSize: 128 },
];

describe('what was sealed comes out again', () => {
  test.each([
    ['2KiB, three pieces', 2 * KiB, small],
    [
      '8MiB, two pieces',
      8 * MiB,
      [
        { bytes: bytesOf(1_000_001, 4), paddedSize: MiB },
        { bytes: bytesOf(4_000_000, 5), paddedSize: 4 * MiB },
      ],
    ],
  ] as const)('%s', async (_, size, payloads) => {
    const sector = await sealed(size, payloads);
    const out = await unseal({ sealedPath: sector.persisted.sealedPath, outDir: sector.outDir }, makeWork());
    expect(out.map((piece) => piece.payloadSize)).toEqual(payloads.map(({ bytes }) => bytes.length));
    for (const [at, piece] of out.entries())
      expect(Buffer.compare(readFileSync(piece.path), payloads[at]?.bytes ?? Buffer.of())).toBe(0);
    expect(readdirSync(sector.outDir).sort()).toEqual(out.map((piece) => piece.cid).sort());
    expect(sector.proof).toHaveLength(192);
  });

  test('a sector without deals has one zero piece and gives nothing', async () => {
    const sector = await sealed(2 * KiB, []);
    expect(sector.added.pieces).toMatchObject([{ size: 2032, cid: null, offset: 0, paddedSize: 2 * KiB }]);
    const task = { sealedPath: sector.persisted.sealedPath, outDir: sector.outDir };
    expect(await unseal(task, makeWork())).toEqual([]);
  });
});

describe('a transfer to a store', () => {
  test('run twice makes the same files and no others', async () => {
    const sector = await sealed(2 * KiB, small);
    const { sealedPath, cacheDir } = sector.persisted;
    const before = readFileSync(sealedPath);
    await runTask('transfer', sector.task, makeWork());
    expect(readFileSync(sealedPath)).toEqual(before);
    expect(readdirSync(cacheDir).sort()).toEqual([
      'p_aux',
      'sc-02-data-tree-r-last.dat',
      'sealvisor.json',
      't_aux',
    ]);
  });

  test('a file in the place of the store is a critical failure', async () => {
    const sector = await sealed(2 * KiB, small);
    const storePath = join(sector.dir, 'file');
    writeFileSync(storePath, '');
    const { task } = persistTask({ ...sector, storePath });
    await expect(runTask('transfer', task, makeWork())).rejects.toMatchObject({
      level: 'critical',
    });
  });
});

describe('unseal', () => {
  test('a damaged sealed file is told, and leaves no piece and no temporary file', async () => {
    const sector = await sealed(2 * KiB, small);
    const { sealedPath } = sector.persisted;
    const bytes = readFileSync(sealedPath);
    bytes[5] = (bytes[5] ?? 0) ^ 1;
    writeFileSync(sealedPath, bytes);
    const { outDir } = sector;
    await expect(unseal({ sealedPath, outDir }, makeWork())).rejects.toMatchObject({ code: 'data_damaged' });
    expect(readdirSync(outDir)).toEqual([]);
  });

  test('a file without a manifest, or with a broken one, is not a sealed sector', async () => {
    const sector = await sealed(2 * KiB, small);
    const { sealedPath, cacheDir } = sector.persisted;
    writeFileSync(join(cacheDir, 'sealvisor.json'), '{"version":1}');
    const task = { sealedPath, outDir: sector.outDir };
    await expect(unseal(task, makeWork())).rejects.toMatchObject({ code: 'not_a_sealed_sector' });
    const elsewhere = { ...task, sealedPath: join(sector.dir, 'sealed') };
    await expect(unseal(elsewhere, makeWork())).rejects.toThrow('sealvisor.json');
    expect(existsSync(sector.outDir)).toBe(false);
  });
});
