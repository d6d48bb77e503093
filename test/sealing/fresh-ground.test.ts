/** What a processor finds when its stage begins. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { plans } from '#machines/index.js';
import { emptyRecord, type ThreadRecord } from '#machines/thread-record.js';
import { freshGround } from '#src/sealing/fresh-ground.js';
import { sectorFiles } from '#src/sealing/sector-files.js';
import { makeDir, marked } from '../tools/sealing/chain.js';

const id = 's-t010000-2';

/** What real processors leave of a sector, all at once, and what nobody knows. */
const everything = [
  'staged',
  'sealed',
  'cache/sc-02-data-tree-d.dat',
  'cache/sc-02-data-layer-1.dat',
  'cache/sc-02-data-tree-c-0.dat',
  'cache/sc-02-data-tree-r-last-7.dat',
  'cache/p_aux',
  'cache/t_aux',
  'cache/syn-porep-vanilla-proofs.dat',
  'cache/of-another-vendor',
  'snap-staged',
  'update',
  'update-cache/sc-02-data-tree-d.dat',
  'update-cache/p_aux',
  'pieces/baga6ea4seaq',
];

function recordOf(plan: string, state: string): ThreadRecord {
  const sector = { miner: 10000, number: 2, id, proofType: 5, size: 2048 };
  return { ...emptyRecord(plan, '2026-11-22T10:00:00.000Z'), state, sector };
}

/** A location with a sector's files; each holds its own name. */
function laidOut(names = everything) {
  const location = marked(makeDir());
  const { root } = sectorFiles(location, id);
  for (const name of names) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), name);
  }
  const files = () =>
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(root, name)).isFile())
      .filter((name) => !name.endsWith('.untouched'))
      .toSorted();
  return { location, root, files, text: (name: string) => readFileSync(join(root, name), 'utf8') };
}

const inCache = (name: string) => name.startsWith('cache/') && name !== 'cache/sc-02-data-tree-d.dat';
/** Proofs of the replica before it, too. */
const ofPc2 = (name: string) => /tree-c|tree-r-last|_aux|syn-porep/.test(name) && name.startsWith('cache/');

describe('the ground of', () => {
  test.each<[string, string, string, (name: string) => boolean]>([
    ['sealer', 'DealsAcquired', 'add_pieces', (name) => name === 'staged'],
    ['sealer', 'PieceAdded', 'tree_d', (name) => name === 'cache/sc-02-data-tree-d.dat'],
    ['sealer', 'TicketAssigned', 'pc1', inCache],
    ['sealer', 'PC1Done', 'pc2', ofPc2],
    ['sealer', 'SyntheticPoRepNeeded', 'synth_proof', (name) => name.includes('syn-porep')],
    ['sealer', 'SeedAssigned', 'c1', () => false],
    ['sealer', 'C1Done', 'c2', () => false],
    ['snapup', 'Allocated', 'add_pieces', (name) => name === 'snap-staged'],
    ['snapup', 'PieceAdded', 'tree_d', (name) => name === 'update-cache/sc-02-data-tree-d.dat'],
    ['snapup', 'TreeDBuilt', 'snap_encode', (name) => ['update', 'update-cache/p_aux'].includes(name)],
    ['rebuild', 'TreeDBuilt', 'pc1', inCache],
    ['rebuild', 'PC1Done', 'pc2', ofPc2],
    ['rebuild', 'SnapTreeDBuilt', 'snap_encode', (name) => ['update', 'update-cache/p_aux'].includes(name)],
    ['unseal', 'Allocated', 'unseal', (name) => name.startsWith('pieces/')],
  ])('%s %s (%s): what it writes is removed, and nothing else', async (plan, state, processor, isRemoved) => {
    const { location, files } = laidOut();
    await freshGround(recordOf(plan, state), location, processor);
    expect(files()).toEqual(everything.filter((name) => !isRemoved(name)).toSorted());
  });

  test.each([
    ['sealer', 'DealsAcquired', 'add_pieces', 'staged'],
    ['sealer', 'PieceAdded', 'tree_d', 'cache'],
    ['sealer', 'TicketAssigned', 'pc1', 'sealed'],
    ['snapup', 'Allocated', 'add_pieces', 'snap-staged'],
    ['snapup', 'PieceAdded', 'tree_d', 'update-cache'],
    ['snapup', 'TreeDBuilt', 'snap_encode', 'update'],
    ['rebuild', 'SealedChecked', 'add_pieces', 'snap-staged'],
    ['rebuild', 'SnapPieceAdded', 'tree_d', 'update-cache'],
  ])('%s %s (%s): the directory that it writes into is there', async (plan, state, processor, name) => {
    const { location, root } = laidOut([]);
    await freshGround(recordOf(plan, state), location, processor);
    const dir = name.includes('cache') ? join(root, name) : dirname(join(root, name));
    expect(existsSync(dir)).toBe(true);
  });

  test('every stage whose processor writes files is in the plans', () => {
    const writing = ['add_pieces', 'tree_d', 'pc1', 'pc2', 'synth_proof', 'snap_encode', 'unseal'];
    const bare = Object.values(plans).flatMap(({ name, states }) =>
      states
        .filter(({ processor, ground }) => processor && writing.includes(processor) && !ground)
        .map((state) => `${name} ${state.name}`),
    );
    expect(bare).toEqual([]);
  });

  test('a stage is not that of another processor which it asks, too', async () => {
    const { location, files } = laidOut();
    await freshGround(recordOf('sealer', 'PC1Done'), location, 'c1');
    expect(files()).toEqual(everything.toSorted());
  });

  test('PC1 has an empty sealed file, also when there was none', async () => {
    const { location, root, text } = laidOut();
    await freshGround(recordOf('sealer', 'TicketAssigned'), location, 'pc1');
    expect(text('sealed')).toBe('');
    rmSync(join(root, 'sealed'));
    await freshGround(recordOf('sealer', 'TicketAssigned'), location, 'pc1');
    expect(text('sealed')).toBe('');
  });
});

describe('the sealed file that PC2 encodes in place', () => {
  const pc1 = recordOf('sealer', 'TicketAssigned');
  const pc2 = recordOf('sealer', 'PC1Done');

  test('is left alone before the first PC2, and copied from staged before each other', async () => {
    const { location, root, text } = laidOut();
    await freshGround(pc1, location, 'pc1');
    writeFileSync(join(root, 'sealed'), 'as pc1 left it');
    const { ino } = statSync(join(root, 'sealed'));
    await freshGround(pc2, location, 'pc2');
    expect([text('sealed'), statSync(join(root, 'sealed')).ino]).toEqual(['as pc1 left it', ino]);
    writeFileSync(join(root, 'sealed'), 'encoded');
    for (const _ of [1, 2]) {
      await freshGround(pc2, location, 'pc2');
      expect(text('sealed')).toBe('staged');
      writeFileSync(join(root, 'sealed'), 'encoded once more');
    }
  });

  test('is copied where nothing says that nobody touched it: a record of an earlier version, a file that is gone', async () => {
    const { location, root, text, files } = laidOut();
    await freshGround(pc2, location, 'pc2');
    expect(text('sealed')).toBe('staged');
    rmSync(join(root, 'sealed'));
    await freshGround(pc2, location, 'pc2');
    expect(text('sealed')).toBe('staged');
    expect(files().filter((name) => relative(root, name).includes('anew'))).toEqual([]);
  });

  test('is as PC1 made it when PC1 is done again', async () => {
    const { location, root, text } = laidOut();
    await freshGround(pc2, location, 'pc2');
    await freshGround(pc1, location, 'pc1');
    writeFileSync(join(root, 'sealed'), 'by the second pc1');
    await freshGround(pc2, location, 'pc2');
    expect(text('sealed')).toBe('by the second pc1');
    expect(existsSync(join(root, 'staged'))).toBe(true);
  });
});
