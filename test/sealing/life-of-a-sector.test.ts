/** Sealed, upgraded, lost, made again and taken out: real bytes through the plans' own stages. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { unseal } from '#src/sealing/builtin/index.js';
import { KiB, MiB, makeWork } from '../tools/sealing/chain.js';
import {
  files,
  keptFiles,
  lastSaid,
  leftIn,
  lose,
  rebuildJob,
  sealed,
  unsealJob,
  upgraded,
  upgradedAs,
} from '../tools/sealing/jobs.js';
import { gives, id, planWorld } from '../tools/sealing/plan-world.js';

// Seals two sectors of 8MiB and takes them apart again, on machines that do other things too.
vi.setConfig({ testTimeout: 180_000 });

/** Payload and padded size of pieces; the second of 2KiB and of 8MiB lie behind a gap. */
const sizes = [
  [
    '2KiB',
    2 * KiB,
    [
      [100, 128],
      [500, 512],
      [1016, 1024],
    ],
  ],
  [
    '8MiB',
    8 * MiB,
    [
      [300_001, MiB / 2],
      [1_000_001, MiB],
    ],
  ],
] as const;

/** Where pieces lie, unpadded bytes. */
function offsets(deals: readonly { readonly Piece: { readonly Size: number } }[]): number[] {
  let end = 0;
  return deals.map(({ Piece: { Size } }) => {
    const at = Math.ceil(end / Size) * Size;
    end = at + Size;
    return (at / 128) * 127;
  });
}

async function setup(size: number, pieces: readonly (readonly [number, number])[]) {
  const world = planWorld(size);
  const deals: Awaited<ReturnType<typeof world.piece>>[] = [];
  for (const [at, [length, paddedSize]] of pieces.entries())
    deals.push(await world.piece(length, paddedSize, at + 1));
  const unsealEach = async (commD: readonly number[]) => {
    for (const [at, deal] of deals.entries()) {
      const dest = join(world.dir, 'out', 'deep', String(at));
      const job = unsealJob(size, deal, offsets(deals)[at] ?? 0, commD);
      await world.run('unseal', { service: gives({ unseal: job, dests: [pathToFileURL(dest).href] }) });
      expect(readFileSync(dest).equals(deal.bytes)).toBe(true);
      expect(lastSaid(world, 'achieveUnsealSector')).toEqual([
        expect.objectContaining({ number: 2 }),
        deal.Piece.Cid['/'],
        '',
      ]);
    }
    expect(leftIn(world)).toEqual([]);
  };
  return { world, deals, unsealEach };
}

describe.each(sizes)('%s', (_, size, pieces) => {
  test('a sector without deals is upgraded; upgraded, lost and made again it is the same, and gives the new pieces back', async () => {
    const { world, deals, unsealEach } = await setup(size, pieces);
    const { CommR } = await sealed(world, size, []);
    const asSealed = keptFiles(world);
    expect([...asSealed.keys()]).toEqual(files.sealed);

    const update = await upgraded(world, size, CommR, deals);
    expect(update.AccessInstance).toBe('kept');
    expect(update.Pieces).toEqual(deals.map(({ Piece }) => Piece.Cid));
    const asUpgraded = keptFiles(world);
    expect([...asUpgraded.keys()]).toEqual([...files.sealed, ...files.update].toSorted());
    for (const [name, bytes] of asSealed) expect(asUpgraded.get(name)?.equals(bytes)).toBe(true);

    lose(world);
    const facts = upgradedAs(CommR, update.CommR);
    await world.run('rebuild', { service: gives({ rebuild: rebuildJob(size, deals, facts) }) });
    expect(lastSaid(world, 'submitPersisted').slice(1)).toEqual(['kept', true]);
    const again = keptFiles(world);
    expect([...again.keys()]).toEqual(files.update);
    for (const [name, bytes] of again) expect(asUpgraded.get(name)?.equals(bytes)).toBe(true);

    await unsealEach(update.CommD);
    const task = {
      sealedPath: join(world.stores[0]?.location ?? '', 'update', id),
      outDir: join(world.dir, 'cli'),
    };
    const out = await unseal(task, makeWork());
    expect(out.map(({ path }) => readFileSync(path).toString('hex'))).toEqual(
      deals.map(({ bytes }) => Buffer.from(bytes).toString('hex')),
    );
    expect(leftIn(world)).toEqual([]);
  });

  test('a sector with deals, lost and made again, is the same and gives its pieces back', async () => {
    const { world, deals, unsealEach } = await setup(size, pieces);
    const { CommR, CommD } = await sealed(world, size, deals);
    const before = keptFiles(world);
    lose(world);
    await world.run('rebuild', { service: gives({ rebuild: rebuildJob(size, deals, { CommR }) }) });
    expect(lastSaid(world, 'submitPersisted').slice(1)).toEqual(['kept', false]);
    const again = keptFiles(world);
    expect([...again.keys()]).toEqual(files.sealed);
    for (const [name, bytes] of again) expect(before.get(name)?.equals(bytes)).toBe(true);
    await unsealEach(CommD);
    expect(world.said.filter(({ call }) => call === 'reportFinalized').length).toBe(2 + deals.length);
  });
});
