/** A store never replaces a sector by another one of the same number. */
import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { cacheFiles, runTask } from '#src/sealing/builtin/index.js';
import { sectorFiles } from '#src/sealing/sector-files.js';
import type { StageContext } from '#src/sealing/stage.js';
import { claimFile } from '#src/sealing/stores/place-claim.js';
import type { TransferTask } from '#src/sealing/tasks.js';
import { bytesOf, KiB, makeWork } from '../../tools/sealing/chain.js';
import { keptFiles, sealed, snapUpJob } from '../../tools/sealing/jobs.js';
import { gives, id, type PlanWorld, planWorld, type RunOptions } from '../../tools/sealing/plan-world.js';

vi.setConfig({ testTimeout: 60_000 });

const size = 2 * KiB;

/** Seals sector 2 under a ticket of its own: another sector of the same number. */
const sealUnder = (world: PlanWorld, seed: number, more: RunOptions = {}) =>
  world.run('sealer', {
    ...more,
    service: {
      assignTicket: async () => ({
        Ticket: Buffer.from(bytesOf(32, seed)).toString('base64'),
        Epoch: 7,
      }),
      ...more.service,
    },
  });

const commRIn = (world: PlanWorld) => {
  const aux = readFileSync(join(world.dir, 'kept', 'cache', id, cacheFiles.persistentAux), 'utf8');
  return Buffer.from((JSON.parse(aux) as { commR: number[] }).commR).toString('hex');
};

const storeOf = (world: PlanWorld) => ({
  file: join(world.dir, 'kept', 'sealed', id),
  cached: (name: string) => join(world.dir, 'kept', 'cache', id, name),
});

describe('another sector that is kept under the number is not replaced: permanent, with both CommR and the file', () => {
  test.each<[string, readonly string[]]>([
    ['whole', []],
    ['without its manifest', [cacheFiles.manifest]],
    ['without its p_aux', [cacheFiles.persistentAux]],
  ])('%s', async (_, without) => {
    const world = planWorld(size);
    await sealUnder(world, 41);
    const commR = commRIn(world);
    for (const name of without) rmSync(storeOf(world).cached(name));
    const before = keptFiles(world);
    const error = await sealUnder(world, 42).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ level: 'permanent', message: expect.stringContaining(commR) });
    const { message } = error as { readonly message: string };
    expect(message).toContain(storeOf(world).file);
    expect(message.match(/[0-9a-f]{64}/g)).toHaveLength(2);
    expect(keptFiles(world)).toEqual(before);
  });

  test('cut short, so that the store’s choice does not know it', async () => {
    const world = planWorld(size);
    await sealUnder(world, 41);
    writeFileSync(storeOf(world).file, 'cut');
    const before = keptFiles(world);
    await expect(sealUnder(world, 42)).rejects.toMatchObject({
      level: 'permanent',
      message: expect.stringContaining(commRIn(world)),
    });
    expect(keptFiles(world)).toEqual(before);
  });

  test('upgraded', async () => {
    const world = planWorld(size);
    const { CommR } = await sealed(world, size, []);
    const upgradeWith = async (seed: number) =>
      world.run('snapup', {
        service: gives({ snapUp: snapUpJob(size, CommR, [await world.piece(500, 512, seed)]) }),
      });
    await upgradeWith(1);
    const before = keptFiles(world);
    await expect(upgradeWith(2)).rejects.toMatchObject({
      level: 'permanent',
      message: expect.stringContaining(join(world.dir, 'kept', 'update', id)),
    });
    expect(keptFiles(world)).toEqual(before);
  });
});

describe('a sector whose CommR is not known is replaced by nobody but an operator', () => {
  test.each<[string, (world: PlanWorld) => void]>([
    ['its file alone', (world) => rmSync(join(world.dir, 'kept', 'cache'), { recursive: true })],
    [
      'as an upstream processor leaves it',
      (world) => {
        rmSync(storeOf(world).cached(cacheFiles.manifest));
        writeFileSync(storeOf(world).cached(cacheFiles.persistentAux), Buffer.alloc(64, 7));
      },
    ],
    [
      'with its small files damaged',
      (world) => {
        for (const name of [cacheFiles.manifest, cacheFiles.persistentAux])
          writeFileSync(storeOf(world).cached(name), '');
      },
    ],
  ])('%s', async (_, make) => {
    const world = planWorld(size);
    await sealUnder(world, 41);
    make(world);
    const before = keptFiles(world);
    await expect(sealUnder(world, 42)).rejects.toMatchObject({
      level: 'permanent',
      message: expect.stringMatching(/may be another: .*move it and .* away, then resume/),
    });
    expect(keptFiles(world)).toEqual(before);
  });
});

describe('what the thread itself has brought it may bring again', () => {
  const persistedWorld = async () => {
    const world = planWorld(size);
    let landed: RunOptions['from'];
    await sealUnder(world, 41, {
      until: 'Persisted',
      onRecord: (record) => {
        if (record.state === 'PCLanded') landed = record;
      },
    });
    if (!landed) throw new Error('no PCLanded');
    return { world, landed };
  };

  test.each<[string, (world: PlanWorld) => void]>([
    ['whole', () => undefined],
    ['cut', (world) => writeFileSync(storeOf(world).file, 'cut')],
    [
      'with nothing beside it that tells its CommR',
      (world) => {
        for (const name of [cacheFiles.manifest, cacheFiles.persistentAux])
          writeFileSync(storeOf(world).cached(name), Buffer.alloc(3));
      },
    ],
  ])('%s', async (_, harm) => {
    const { world, landed } = await persistedWorld();
    const whole = keptFiles(world);
    harm(world);
    await sealUnder(world, 41, { from: landed, until: 'Persisted' });
    expect(keptFiles(world)).toEqual(whole);
  });

  const upstreamAux = Buffer.alloc(64, 7);
  const other = (world: PlanWorld) => writeFileSync(storeOf(world).file, bytesOf(size, 9));
  const without = (world: PlanWorld, ...names: readonly string[]) => {
    for (const name of names) rmSync(storeOf(world).cached(name));
  };
  const aux = (world: PlanWorld) => storeOf(world).cached(cacheFiles.persistentAux);

  test.each<[string, (world: PlanWorld) => void]>([
    [
      'of an upstream processor',
      (world) => {
        other(world);
        without(world, cacheFiles.manifest);
        writeFileSync(aux(world), upstreamAux);
      },
    ],
    [
      'of an upstream processor, its files copied over this one’s',
      (world) => {
        other(world);
        writeFileSync(aux(world), upstreamAux);
      },
    ],
    [
      'of an upstream processor, its file not there yet',
      (world) => {
        rmSync(storeOf(world).file);
        without(world, cacheFiles.manifest);
        writeFileSync(aux(world), upstreamAux);
      },
    ],
    [
      'whose cache is not there yet',
      (world) => {
        writeFileSync(storeOf(world).file, bytesOf(size / 2, 9));
        rmSync(join(world.dir, 'kept', 'cache'), { recursive: true });
      },
    ],
    [
      'whose small files are damaged',
      (world) => {
        other(world);
        for (const name of [cacheFiles.manifest, cacheFiles.persistentAux])
          writeFileSync(storeOf(world).cached(name), '');
      },
    ],
  ])('but not another sector %s', async (_, put) => {
    const { world, landed } = await persistedWorld();
    put(world);
    const before = keptFiles(world);
    await expect(sealUnder(world, 41, { from: landed, until: 'Persisted' })).rejects.toMatchObject({
      level: 'permanent',
      message: expect.stringMatching(/may be another: .*move it and .* away, then resume/),
    });
    expect(keptFiles(world)).toEqual(before);
    expect(existsSync(claimFile(storeOf(world).file))).toBe(false);
  });

  test('with the p_aux of an upstream processor beside its own file', async () => {
    const { world, landed } = await persistedWorld();
    const whole = keptFiles(world);
    writeFileSync(aux(world), upstreamAux);
    await sealUnder(world, 41, { from: landed, until: 'Persisted' });
    expect(keptFiles(world)).toEqual(whole);
  });

  test('sealed again under another ticket', async () => {
    const { world, landed } = await persistedWorld();
    const before = commRIn(world);
    const from = { ...landed, state: 'TreeDBuilt' };
    await sealUnder(world, 42, { from, until: 'Persisted' });
    expect(commRIn(world)).not.toBe(before);
  });

  test('sealed again under another ticket by processors of upstream, killed before any of its files', async () => {
    const world = planWorld(size);
    const theirs: StageContext['process'] = async (stage, task) => {
      const made = await runTask(stage, task, makeWork());
      if (stage === 'pc2') {
        const { cacheDir, sealed: file } = sectorFiles(world.location, id);
        const half = hash('sha256', readFileSync(file), 'buffer');
        writeFileSync(join(cacheDir, cacheFiles.persistentAux), Buffer.concat([half, half]));
      }
      return made;
    };
    const others = ['pc2', 'c1', 'c2'];
    let landed: RunOptions['from'];
    await sealUnder(world, 41, {
      process: theirs,
      others,
      until: 'Persisted',
      onRecord: (record) => {
        if (record.state === 'PCLanded') landed = record;
      },
    });
    const before = keptFiles(world);
    if (!landed) throw new Error('no PCLanded');
    const again = await sealUnder(world, 42, {
      process: theirs,
      others,
      from: { ...landed, state: 'TreeDBuilt' },
      until: 'PCLanded',
    });
    const killed = async () => {
      throw new Error('killed');
    };
    await expect(sealUnder(world, 42, { from: again, others, process: killed })).rejects.toThrow('killed');
    // As a kill between two removals leaves it.
    writeFileSync(aux(world), before.get(`cache/${id}/${cacheFiles.persistentAux}`) ?? '');
    await sealUnder(world, 42, { from: again, others, process: theirs, until: 'Persisted' });
    expect(readFileSync(storeOf(world).file)).not.toEqual(before.get(`sealed/${id}`));
    expect(readFileSync(aux(world))).toHaveLength(64);
  });

  test('killed after any file, and no claim is left', async () => {
    const { world, landed } = await persistedWorld();
    const whole = keptFiles(world);
    for (const count of [1, 2, 3, 4]) {
      // The store's own directory is made by no stage.
      for (const name of ['sealed', 'cache']) rmSync(join(world.dir, 'kept', name), { recursive: true });
      const killed: StageContext['process'] = async (stage, task) => {
        if (stage !== 'transfer') throw new Error(`no ${stage} here`);
        // The stage was looked at, which the type does not follow.
        const { stores, routes } = task as TransferTask;
        const some = { stores, routes: routes.slice(0, count) };
        await runTask('transfer', some, { signal: new AbortController().signal, progress: () => undefined });
        throw new Error('killed');
      };
      await expect(sealUnder(world, 41, { from: landed, process: killed })).rejects.toThrow('killed');
      expect(existsSync(claimFile(storeOf(world).file))).toBe(true);
      await sealUnder(world, 41, { from: landed, until: 'Persisted' });
      expect(keptFiles(world)).toEqual(whole);
      expect(readdirSync(join(world.dir, 'kept', 'sealed'))).toEqual([id]);
    }
  });
});

describe('two that bring different sectors of one number to one store', () => {
  /** The second's store is the first's. */
  const pair = () => {
    const worlds = [planWorld(size), planWorld(size)] as const;
    rmSync(join(worlds[1].dir, 'kept'), { recursive: true });
    symlinkSync(join(worlds[0].dir, 'kept'), join(worlds[1].dir, 'kept'));
    return worlds;
  };

  test('at the same moment: one is kept, the other is told, and not a byte of it is there', async () => {
    const [one, other] = pair();
    const landed = await Promise.all([
      sealUnder(one, 41, { until: 'PCLanded' }),
      sealUnder(other, 42, { until: 'PCLanded' }),
    ]);
    const ends = await Promise.allSettled([
      sealUnder(one, 41, { from: landed[0], until: 'Persisted' }),
      sealUnder(other, 42, { from: landed[1], until: 'Persisted' }),
    ]);
    expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const loser = ends.find((each) => each.status === 'rejected');
    expect(loser?.reason).toMatchObject({ level: 'permanent' });
    const winner = ends.findIndex((each) => each.status === 'fulfilled');
    const again = planWorld(size);
    await sealUnder(again, 41 + winner, { until: 'Persisted' });
    expect(keptFiles(one)).toEqual(keptFiles(again));
  });

  test('while the first has written nothing yet: the second is told who brings it; given up, the place is free', async () => {
    const [one, other] = pair();
    const landed = await sealUnder(one, 41, { until: 'PCLanded' });
    const killed = async () => {
      throw new Error('killed');
    };
    await expect(sealUnder(one, 41, { from: landed, process: killed })).rejects.toThrow('killed');
    const second = await sealUnder(other, 42, { until: 'PCLanded' });
    await expect(sealUnder(other, 42, { from: second })).rejects.toMatchObject({
      level: 'permanent',
      message: expect.stringContaining(`thread at ${one.location}`),
    });
    await one.run('sealer', { from: { ...landed, state: 'Aborted' } });
    await sealUnder(other, 42, { from: second, until: 'Persisted' });
    expect(readdirSync(join(one.dir, 'kept', 'sealed'))).toEqual([id]);
  });
});
