/** A sector that was brought to one store, sent back, and brought to another is kept once. */

import { cpSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { warningsTo } from '../../tools/protocol/told-events.js';
import { bytesOf, KiB, marked } from '../../tools/sealing/chain.js';
import { sealed, snapUpJob } from '../../tools/sealing/jobs.js';
import { gives, id, type PlanWorld, planWorld, type RunOptions } from '../../tools/sealing/plan-world.js';

vi.setConfig({ testTimeout: 60_000 });

const size = 2 * KiB;

/** Sealed into `kept`, sent back, sealed under another ticket into `other`; its proof has landed, it is not finished yet. */
async function keptTwice() {
  const world = planWorld(size);
  let built: RunOptions['from'];
  const first = await world.run('sealer', {
    until: 'Persisted',
    onRecord: (record) => {
      if (record.state === 'TreeDBuilt') built = record;
    },
  });
  const other = { name: 'other', location: join(world.dir, 'other'), readonly: false };
  marked(other.location);
  const last = await world.run('sealer', {
    from: { ...first, ...built },
    until: 'Finished',
    stores: [other],
    service: {
      assignTicket: async () => ({ Ticket: Buffer.from(bytesOf(32, 42)).toString('base64'), Epoch: 7 }),
    },
  });
  const stores = [...world.stores, other];
  const warnings: string[] = [];
  const finish = (more: RunOptions = {}) =>
    world.run('sealer', { from: last, stores, emit: warningsTo(warnings), ...more });
  return { world, last, stores, warnings, finish };
}

const keptOf = (world: PlanWorld, store = 'kept') =>
  ['sealed', 'cache'].flatMap((kind) => {
    const dir = join(world.dir, store, kind);
    return existsSync(dir) ? readdirSync(dir) : [];
  });

describe('when the sector is finished', () => {
  test('the copy in the first store goes, the one that is kept stays', async () => {
    const { world, warnings, finish } = await keptTwice();
    const whole = readFileSync(join(world.dir, 'other', 'sealed', id));
    await finish();
    expect([keptOf(world), keptOf(world, 'other')]).toEqual([[], [id, id]]);
    expect(readFileSync(join(world.dir, 'other', 'sealed', id))).toEqual(whole);
    expect(warnings).toEqual([]);
    expect(existsSync(join(world.location, 'sectors', id))).toBe(false);
  });

  test('also when it was killed in between, and begins again', async () => {
    const { world, finish } = await keptTwice();
    rmSync(join(world.dir, 'kept', 'sealed', id));
    await finish();
    await finish();
    expect([keptOf(world), keptOf(world, 'other')]).toEqual([[], [id, id]]);
  });

  test('the first copy stays, and it is said, where another sector has come to lie there', async () => {
    const { world, warnings, finish } = await keptTwice();
    writeFileSync(join(world.dir, 'kept', 'sealed', id), bytesOf(size, 9));
    writeFileSync(join(world.dir, 'kept', 'cache', id, 'p_aux'), Buffer.alloc(64, 7));
    await finish();
    expect(keptOf(world)).toEqual([id, id]);
    expect(warnings).toEqual([
      `${id} is finished: an earlier copy stays at ${join(world.dir, 'kept', 'sealed', id)}: its p_aux is another one: it may be another sector`,
    ]);
  });

  test.each<[string, (file: string) => void]>([
    ['is gone', (file) => rmSync(file)],
    ['is cut', (file) => writeFileSync(file, 'cut')],
  ])('the first copy stays where the file that is kept %s', async (_, harm) => {
    const { world, finish } = await keptTwice();
    harm(join(world.dir, 'other', 'sealed', id));
    await expect(finish()).rejects.toMatchObject({ level: 'permanent' });
    // Without the local files the sector ends with a warning.
    rmSync(join(world.location, 'sectors', id, 'sealed'));
    await finish();
    expect(keptOf(world)).toEqual([id, id]);
  });

  test('it stays, and it is said, where its store is not attached any more, or only to be read', async () => {
    const { world, stores, warnings, finish } = await keptTwice();
    const [kept, other] = stores;
    if (!kept || !other) throw new Error('two stores');
    cpSync(join(world.location, 'sectors'), join(world.dir, 'saved'), { recursive: true });
    await finish({ stores: [other] });
    cpSync(join(world.dir, 'saved'), join(world.location, 'sectors'), { recursive: true });
    await finish({ stores: [{ ...kept, readonly: true }, other] });
    expect(keptOf(world)).toEqual([id, id]);
    expect(warnings).toEqual([
      expect.stringMatching(/the store that holds one of both is not attached$/),
      expect.stringMatching(/store kept is attached read-only$/),
    ]);
  });

  test('two attached stores that are one directory hold one copy, which stays', async () => {
    const { world, warnings, finish } = await keptTwice();
    rmSync(join(world.dir, 'kept'), { recursive: true });
    symlinkSync(join(world.dir, 'other'), join(world.dir, 'kept'));
    await finish();
    expect(keptOf(world, 'other')).toEqual([id, id]);
    expect(warnings).toEqual([]);
  });
});

test('of an upgrade only the upgraded copy goes: the sealed sector stays where it is', async () => {
  const world = planWorld(size);
  const { CommR } = await sealed(world, size, []);
  const other = { name: 'other', location: join(world.dir, 'other'), readonly: false };
  marked(other.location);
  let encoded: RunOptions['from'];
  const service = gives({ snapUp: snapUpJob(size, CommR, [await world.piece(500, 512, 1)]) });
  const first = await world.run('snapup', {
    service,
    until: 'Persisted',
    onRecord: (record) => {
      if (record.state === 'SnapEncoded') encoded = record;
    },
  });
  expect(first.state).toBe('Persisted');
  if (!encoded) throw new Error('no SnapEncoded');
  const stores = [...world.stores, other];
  const readOnly = { name: 'kept', location: join(world.dir, 'kept'), readonly: true };
  const last = await world.run('snapup', { from: encoded, until: 'Finished', stores: [readOnly, other] });
  await world.run('snapup', { from: last, stores });
  expect(readdirSync(join(world.dir, 'kept', 'sealed'))).toEqual([id]);
  expect(readdirSync(join(world.dir, 'kept', 'update'))).toEqual([]);
  expect(readdirSync(join(other.location, 'update'))).toEqual([id]);
});
