import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { planNamed, plans } from '#machines/index.js';
import { emptyRecord, type ThreadRecord } from '#machines/thread-record.js';
import { spaceOf } from '#src/sealing/space-need.js';
import { makeDir } from '../tools/sealing/chain.js';

const MiB = 2 ** 20;
const at = (state: string, size = 8 * MiB, plan = 'sealer'): ThreadRecord => ({
  ...emptyRecord(plan, '2026-11-22T10:00:00.000Z'),
  state,
  sector: { miner: 10000, number: 2, id: 's-t010000-2', proofType: 6, size },
});

function needOf(record: ThreadRecord, location = makeDir()) {
  const plan = planNamed(record.plan);
  if (!plan) throw new Error(`no plan ${record.plan}`);
  return spaceOf(plan, record, location);
}

test.each([
  ['DealsAcquired', 8 * MiB, 'location', 8 * MiB],
  ['TicketAssigned', 8 * MiB, 'location', 16 * MiB],
  ['TicketAssigned', 512 * MiB, 'location', 11 * 512 * MiB],
  ['PC1Done', 2048, 'location', 3 * 2048],
  ['PCLanded', 8 * MiB, 'store', 24 * MiB],
  ['C1Done', 8 * MiB, 'location', 0],
])('in %s a sector of %i bytes writes to its %s %i bytes', async (state, size, where, bytes) => {
  expect(await needOf(at(state, size))).toMatchObject({
    at: where,
    bytes,
    sectorBytes: size,
    leftoverBytes: 0,
  });
});

test('every stage that a plan gives room in its table asks for that room', async () => {
  for (const plan of Object.values(plans))
    for (const { name, space } of plan.states)
      if (space)
        expect((await needOf(at(name, 2048, plan.name)))?.bytes, `${plan.name} ${name}`).toBeGreaterThan(0);
});

test('without a sector, or with one whose size is not known, nothing is asked for', async () => {
  expect(await needOf({ ...at('Empty'), sector: null })).toBeNull();
  expect(await needOf(at('TicketAssigned', 0))).toBeNull();
});

test.each([
  ['TicketAssigned', ['cache/sc-02-data-layer-1.dat', 'cache/.sc-02-data-layer-2.dat.tmp'], 2],
  ['PC1Done', ['sealed', 'cache/sc-02-data-tree-r-last.dat', 'cache/sc-02-data-layer-1.dat'], 2],
  ['PieceAdded', ['staged', 'cache/sc-02-data-tree-d.dat', 'cache/.sc-02-data-tree-d.dat.tmp'], 2],
  ['DealsAcquired', ['staged', 'cache/sc-02-data-tree-d.dat'], 1],
  ['PC2Done', ['sealed', 'cache/p_aux'], 0],
  ['TicketAssigned', ['outputs/.pc1.incoming', 'outputs/.c1.incoming', 'staged'], 1],
  ['SeedAssigned', ['outputs/.pc1.incoming', 'outputs/.c1.incoming', 'outputs/pc1.json'], 1],
  ['TreeDBuilt', ['sealed', 'update', 'update-cache/sc-02-data-tree-d.dat'], 1, 'snapup'],
])('in %s of %j the stage removes %i first', async (state, files, count, plan = 'sealer') => {
  const location = makeDir();
  for (const file of files) {
    const path = join(location, 'sectors', 's-t010000-2', file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.alloc(64 * 1024, 1));
  }
  expect((await needOf(at(state, 8 * MiB, plan), location))?.leftoverBytes).toBe(count * 64 * 1024);
});
