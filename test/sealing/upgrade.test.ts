/** Our own snap_encode and snap_prove, and unseal over what they make. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as builtin from '#src/sealing/builtin/index.js';
import { buildTree } from '#src/sealing/builtin/trees/tree.js';
import type { Tasks } from '#src/sealing/tasks.js';
import { bytesOf, KiB, makeDir, makeWork, precommit, sourceOf, ticket } from '../tools/sealing/chain.js';

const registered_proof = 'StackedDrg2KiBV1_1';
const size = 2 * KiB;

/** A sector that was sealed empty, and data to go in; nothing is encoded yet. */
async function setup() {
  const dir = makeDir();
  const old = await precommit({ dir, sectorSize: size, pieces: [] });
  const [stagedPath, newCache] = [join(dir, 'snap-staged'), join(dir, 'update-cache')];
  const pieces = [await sourceOf({ bytes: bytesOf(1500), paddedSize: size })];
  const added = await builtin.addPieces({ sectorSize: size, pieces, stagedPath }, makeWork());
  await builtin.treeD({ sectorSize: size, stagedPath, cacheDir: newCache }, makeWork());
  const task: Tasks['snap_encode']['task'] = {
    registered_proof,
    new_replica_path: join(dir, 'update'),
    new_cache_path: newCache,
    sector_path: old.sealedPath,
    sector_cache_path: old.cacheDir,
    staged_data_path: stagedPath,
    piece_infos: added.pieces.map(({ commitment, size }) => ({ commitment, size })),
  };
  return { dir, old, task, data: readFileSync(stagedPath), newCache };
}

async function encoded() {
  const world = await setup();
  const { comm_r_new, comm_d_new } = await builtin.runTask('snap_encode', world.task, makeWork());
  const commitments = { commROld: world.old.commR, commRNew: comm_r_new, commDNew: comm_d_new };
  const dirs = { cacheDir: world.old.cacheDir, newCacheDir: world.newCache };
  const proofs = await builtin.proveUpdate({ sectorSize: size, ...dirs, ...commitments }, makeWork());
  const prove = (facts: Partial<Tasks['snap_prove']['task']> = {}) =>
    builtin.runTask(
      'snap_prove',
      {
        registered_proof,
        vannilla_proofs: proofs,
        comm_r_old: world.old.commR,
        comm_r_new,
        comm_d_new,
        ...facts,
      },
      makeWork(),
    );
  return { ...world, proofs, prove, comm_r_new, comm_d_new };
}

describe('snap_encode', () => {
  test('is the data XOR H(phi, the old node), node for node, and reads the old sector only', async () => {
    const { old, task, data } = await setup();
    const before = readFileSync(old.sealedPath);
    const names = readdirSync(old.cacheDir);
    const { comm_d_new } = await builtin.runTask('snap_encode', task, makeWork());
    const hash = (...parts: Uint8Array[]) => {
      const digest = createHash('sha256').update(Buffer.concat(parts)).digest();
      digest[31] = (digest[31] ?? 0) & 0x3f;
      return digest;
    };
    const phi = hash(Buffer.from(comm_d_new), Buffer.from(old.commR));
    const expected = Buffer.concat(
      Array.from({ length: size / 32 }, (_, node) => {
        const at = node * 32;
        const key = hash(phi, before.subarray(at, at + 32));
        return Buffer.from(data.subarray(at, at + 32).map((byte, place) => byte ^ (key[place] ?? 0)));
      }),
    );
    expect(readFileSync(task.new_replica_path).equals(expected)).toBe(true);
    expect(readFileSync(old.sealedPath).equals(before)).toBe(true);
    expect(readdirSync(old.cacheDir)).toEqual(names);
  });

  test('tells the commitments that its files have', async () => {
    const { comm_r_new, comm_d_new, newCache } = await encoded();
    expect(JSON.parse(readFileSync(join(newCache, 'p_aux'), 'utf8'))).toEqual({
      commR: comm_r_new,
      commD: comm_d_new,
    });
    expect(builtin.commDOf([], size).equals(Buffer.from(comm_d_new))).toBe(false);
  });

  test.each<[string, 'permanent' | 'critical', (task: Tasks['snap_encode']['task']) => Partial<typeof task>]>(
    [
      ['no tree of the data', 'critical', ({ sector_path }) => ({ new_cache_path: `${sector_path}-none` })],
      [
        'the tree of other pieces',
        'permanent',
        () => ({ piece_infos: [{ commitment: ticket, size: 2032 }] }),
      ],
      ['no old sector', 'critical', ({ sector_path }) => ({ sector_path: `${sector_path}-none` })],
      [
        'an old sector of another size',
        'permanent',
        ({ sector_cache_path }) => ({ sector_path: join(sector_cache_path, 'p_aux') }),
      ],
      [
        'no p_aux of the old sector',
        'critical',
        ({ sector_path }) => ({ sector_cache_path: `${sector_path}-none` }),
      ],
    ],
  )('%s: %s, and no half of an upgrade is left', async (_, level, spoilt) => {
    const { task, newCache } = await setup();
    const spoiltTask = { ...task, ...spoilt(task) };
    await expect(builtin.runTask('snap_encode', spoiltTask, makeWork())).rejects.toMatchObject({ level });
    expect(existsSync(task.new_replica_path)).toBe(false);
    expect(readdirSync(newCache)).toEqual([builtin.cacheFiles.treeD]);
  });

  test('a p_aux that another program wrote is a permanent error that names it', async () => {
    const { task, old } = await setup();
    for (const text of ['', '{}', '[]', 'null', '{"commR":[1],"commD":[2]}']) {
      writeFileSync(join(old.cacheDir, 'p_aux'), text);
      await expect(builtin.runTask('snap_encode', task, makeWork())).rejects.toMatchObject({
        level: 'permanent',
        message: expect.stringContaining('p_aux'),
      });
    }
  });
});

/** Makes a node another one; what is turned round may be the same. */
function turn(node: number[] | undefined): void {
  node?.forEach((byte, at) => {
    node[at] = byte ^ 1;
  });
}

describe('snap_prove', () => {
  test('condenses sound proofs, the same each time', async () => {
    const { prove } = await encoded();
    const proof = await prove();
    expect(proof).toHaveLength(192);
    expect(await prove()).toEqual(proof);
  });

  test.each<[string, (proof: builtin.UpdateProof) => unknown]>([
    ['old leaf', (proof) => turn(proof.old.leaf)],
    ['new leaf', (proof) => turn(proof.sealed.leaf)],
    ['data leaf', (proof) => turn(proof.data.leaf)],
    ['path of the old sector', (proof) => turn(proof.old.path.at(-1))],
    ['path of the new sector', (proof) => turn(proof.sealed.path.at(-1))],
    ['path of the data', (proof) => turn(proof.data.path.at(-1))],
  ])('refuses a changed %s', async (_, spoil) => {
    const { prove, proofs } = await encoded();
    const spoilt = structuredClone(proofs);
    spoilt.slice(-1).forEach(spoil);
    await expect(prove({ vannilla_proofs: spoilt })).rejects.toMatchObject({ level: 'permanent' });
  });

  test('refuses fewer proofs, those of other leaves, and those of other commitments', async () => {
    const { prove, proofs } = await encoded();
    for (const facts of [
      { vannilla_proofs: [] },
      { vannilla_proofs: proofs.slice(1) },
      { vannilla_proofs: proofs.map(() => proofs[0]) },
      { comm_r_old: ticket },
      { comm_r_new: ticket },
      { comm_d_new: ticket },
    ])
      await expect(prove(facts)).rejects.toMatchObject({ level: 'permanent' });
  });

  test('refuses an upgrade whose file was changed before its tree was built', async () => {
    const { old, task, newCache, comm_d_new } = await encoded();
    writeFileSync(task.new_replica_path, bytesOf(size, 9));
    const treeR = join(newCache, builtin.cacheFiles.treeR);
    const commRNew = [...(await buildTree(task.new_replica_path, size / 32, treeR, makeWork()))];
    const commitments = { commROld: old.commR, commRNew, commDNew: comm_d_new };
    const dirs = { cacheDir: old.cacheDir, newCacheDir: newCache };
    const proofs = await builtin.proveUpdate({ sectorSize: size, ...dirs, ...commitments }, makeWork());
    const task2 = {
      registered_proof,
      vannilla_proofs: proofs,
      comm_r_old: old.commR,
      comm_r_new: commRNew,
      comm_d_new,
    };
    await expect(builtin.runTask('snap_prove', task2, makeWork())).rejects.toThrow('XOR its key');
  });
});

describe('unseal', () => {
  /** A sealed sector with data, or an upgraded one, and what it holds. */
  async function holding(kind: 'sealed' | 'upgraded') {
    const dir = makeDir();
    const bytes = bytesOf(2032, 5).subarray(0, 2032);
    const task = { registered_proof, prover_id: builtin.proverId(10000), sector_id: 2, ticket };
    const output = join(dir, 'out', 'piece');
    const run = (facts: Partial<Tasks['unseal']['task']>) =>
      builtin.runTask(
        'unseal',
        { ...task, ...files, unsealed_output: output, offset: 0, num_bytes: 2032, ...facts },
        makeWork(),
      );
    let files: Pick<Tasks['unseal']['task'], 'sealed_file' | 'cache_dir' | 'comm_d'>;
    if (kind === 'sealed') {
      const pieces = [await sourceOf({ bytes, paddedSize: size })];
      const { sealedPath, cacheDir, commD } = await precommit({ dir, sectorSize: size, pieces });
      files = { sealed_file: sealedPath, cache_dir: cacheDir, comm_d: commD };
    } else {
      const world = await encoded();
      const { old, task: upgrade, comm_d_new, comm_r_new } = world;
      const fixed = { version: 1, processor: 'dev', miner: 10000, number: 2, proofType: 5 } as const;
      await builtin.writeManifest(upgrade.new_cache_path, {
        ...fixed,
        sectorSize: size,
        proverId: old.proverId,
        ticket,
        layers: 2,
        commD: [...comm_d_new],
        commR: [...comm_r_new],
        replicaId: old.pc1.replicaId,
        pieces: [],
        sealedAs: { commD: old.commD, commR: old.commR },
      });
      files = {
        sealed_file: upgrade.new_replica_path,
        cache_dir: upgrade.new_cache_path,
        comm_d: comm_d_new,
      };
    }
    const payload =
      kind === 'sealed' ? bytes : Buffer.concat([bytesOf(1500), Buffer.alloc(2032)]).subarray(0, 2032);
    return { dir, run, output, payload, files };
  }

  test.each(['sealed', 'upgraded'] as const)('gives any range of a sector that is %s', async (kind) => {
    const { run, output, payload } = await holding(kind);
    const range = fc
      .tuple(fc.nat(2031), fc.nat(2031))
      .map(([from, last]) => [Math.min(from, last), Math.max(from, last) + 1] as const);
    await fc.assert(
      fc.asyncProperty(range, async ([from, end]) => {
        expect(await run({ offset: from, num_bytes: end - from })).toBe(end - from);
        expect(readFileSync(output).equals(payload.subarray(from, end))).toBe(true);
      }),
      { numRuns: 25, examples: [[[0, 2032]], [[0, 1]], [[126, 128]], [[127, 254]], [[2031, 2032]]] },
    );
    expect(readdirSync(join(output, '..'))).toEqual(['piece']);
  });

  test('what a killed try left of its labels is gone at the end', async () => {
    const { run, output } = await holding('sealed');
    const labels = join(output, '..', '.piece.labels');
    mkdirSync(labels, { recursive: true });
    writeFileSync(join(labels, builtin.layerFile(1)), 'left by a killed try');
    await run({});
    expect(readdirSync(join(output, '..'))).toEqual(['piece']);
  });

  test.each([
    [0, 0],
    [-1, 5],
    [0, 2033],
    [2032, 1],
    [0.5, 1],
    [0, Number.NaN],
  ])('no range at %d of %d bytes: permanent, nothing is written', async (offset, num_bytes) => {
    const { run, output } = await holding('sealed');
    await expect(run({ offset, num_bytes })).rejects.toMatchObject({ level: 'permanent' });
    expect(existsSync(output)).toBe(false);
  });

  test('with another ticket an upgraded sector is refused before hours are spent', async () => {
    const { run } = await holding('upgraded');
    await expect(run({ ticket: [...bytesOf(32, 8)] })).rejects.toMatchObject({
      level: 'permanent',
      message: expect.stringContaining('another prover, ticket or data'),
    });
  });

  test('a file that is cut short is damaged, a missing one is critical', async () => {
    const { run, files } = await holding('sealed');
    writeFileSync(files.sealed_file, bytesOf(size - 32));
    await expect(run({})).rejects.toMatchObject({ code: 'data_damaged' });
    await expect(run({ sealed_file: `${files.sealed_file}-none` })).rejects.toMatchObject({
      level: 'critical',
    });
  });
});
