/** A piece out of an upgraded sector: what it is decoded with comes from the job, or from the manifest of a sector of ours. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import type { StageFailure } from '#machines/record-changes.js';
import type { UnsealJob } from '#src/protocol/jobs.js';
import { runTask } from '#src/sealing/builtin/index.js';
import type { UnsealTask } from '#src/sealing/tasks.js';
import { KiB, makeWork } from '../tools/sealing/chain.js';
import { lastSaid, sealed, unsealJob, upgraded } from '../tools/sealing/jobs.js';
import { gives, id, planWorld } from '../tools/sealing/plan-world.js';

const size = 2 * KiB;
const failed = (thrown: StageFailure) => thrown;
const zeros = new Array<number>(32).fill(0);

/** A sector that was sealed empty and upgraded with two pieces; its old files are gone, as upstream removes them. */
async function setup() {
  const world = planWorld(size);
  const [first, second] = [await world.piece(400, 512, 1), await world.piece(1016, 1024, 2)];
  const old = await sealed(world, size, []);
  const { CommD: CommDNew } = await upgraded(world, size, old.CommR, [first, second]);
  const kept = world.stores[0]?.location ?? '';
  for (const dir of ['sealed', 'cache']) rmSync(join(kept, dir, id), { recursive: true });
  world.said.length = 0;
  const job = unsealJob(size, second, 1016, old.CommD);
  const told = { CommROld: old.CommR, CommDNew };
  const dest = join(world.dir, 'out', 'piece');
  const asked: UnsealTask[] = [];
  const unseal = (facts: Partial<UnsealJob>) =>
    world.run('unseal', {
      service: gives({ unseal: { ...job, ...facts }, dests: [pathToFileURL(dest).href] }),
      process: async (stage, task) => {
        // Each stage has its own task.
        if (stage === 'unseal') asked.push(task as UnsealTask);
        return runTask(stage, task, makeWork());
      },
    });
  const refused = async (facts: Partial<UnsealJob>, message: RegExp) => {
    const failure = await unseal(facts).then(() => undefined, failed);
    expect(failure).toMatchObject({ level: 'permanent', message: expect.stringMatching(message) });
    expect(world.said).toEqual([]);
  };
  return { world, kept, first, second, old, told, dest, asked, unseal, refused };
}

/** As other programs leave it: nothing of ours says what it was. */
function withoutManifest({ kept }: { readonly kept: string }): void {
  for (const name of ['sealvisor.json', 'sealvisor-digests.json'])
    rmSync(join(kept, 'update-cache', id, name));
}

test('a processor is told what the sector was sealed as and what data it has; its old files are not needed', async () => {
  const { kept, second, old, told, dest, asked, unseal, world } = await setup();
  await unseal({ Upgrade: told });
  expect(asked).toMatchObject([
    {
      cache_dir: join(kept, 'update-cache', id),
      sealed_file: join(kept, 'update', id),
      comm_d: old.CommD,
      comm_r_old: old.CommR,
      comm_d_new: told.CommDNew,
      offset: 1016,
      num_bytes: 1016,
    },
  ]);
  expect(readFileSync(dest).equals(second.bytes)).toBe(true);
  expect(lastSaid(world, 'achieveUnsealSector').at(-1)).toBe('');
});

test('of one that others upgraded, the job alone says it: the piece comes out byte for byte', async () => {
  const { first, told, dest, unseal, kept } = await setup();
  withoutManifest({ kept });
  await unseal({ PieceCid: first.Piece.Cid, Offset: 0, Size: 508, PayloadSize: 400, Upgrade: told });
  expect(readFileSync(dest).equals(first.bytes)).toBe(true);
});

test('a manager that does not say it: one of ours is decoded by its manifest, whatever CommD is told', async () => {
  const { second, old, told, dest, asked, unseal } = await setup();
  await unseal({ CommD: told.CommDNew });
  expect(asked).toMatchObject([{ comm_d: old.CommD, comm_r_old: told.CommROld, comm_d_new: told.CommDNew }]);
  expect(readFileSync(dest).equals(second.bytes)).toBe(true);
});

test('nobody says it of a sector of others: refused before the work, naming what is missing and what to do', async () => {
  const { kept, asked, refused } = await setup();
  withoutManifest({ kept });
  await refused(
    {},
    /has no Upgrade \(CommROld, CommDNew\).*; update the manager and ask for the piece again/,
  );
  expect(asked).toEqual([]);
});

test.each<[string, (told: NonNullable<UnsealJob['Upgrade']>) => Partial<UnsealJob>, RegExp]>([
  [
    'another CommR before the upgrade',
    (told) => ({ Upgrade: { ...told, CommROld: zeros } }),
    /is not upgraded as the task says/,
  ],
  [
    'another CommD of its data',
    (told) => ({ Upgrade: { ...told, CommDNew: zeros } }),
    /is not upgraded as the task says/,
  ],
  [
    'pieces in it when it was sealed',
    (told) => ({ Upgrade: told, CommD: told.CommDNew }),
    /only a sector without any can be upgraded/,
  ],
  ['that it was not upgraded', () => ({ Upgrade: null }), /s-t010000-2 is not in store kept/],
])('a manager that says %s: permanent, and nothing is handed in', async (_, facts, message) => {
  const { told, refused } = await setup();
  await refused(facts(told), message);
});

test('one that is upgraded there, and lies here as it was sealed, is not taken for it', async () => {
  const { kept, told, refused } = await setup();
  rmSync(join(kept, 'update', id));
  writeFileSync(join(kept, 'sealed', id), Buffer.alloc(size));
  await refused({ Upgrade: told }, /the upgraded s-t010000-2 is not in store kept/);
});

test('half of what an upgrade was, or an upgrade of a sector that has none, is refused by our own processor', async () => {
  const { asked, told, unseal, kept } = await setup();
  await unseal({ Upgrade: told });
  const [task] = asked;
  if (!task) throw new Error('nothing was asked');
  const { comm_r_old: _, ...half } = task;
  await expect(runTask('unseal', half, makeWork())).rejects.toMatchObject({
    level: 'permanent',
    message: expect.stringContaining('both comm_r_old and comm_d_new'),
  });
  const manifest = join(kept, 'update-cache', id, 'sealvisor.json');
  const { sealedAs, ...rest } = JSON.parse(readFileSync(manifest, 'utf8'));
  writeFileSync(manifest, JSON.stringify({ ...rest, commD: sealedAs.commD }));
  await expect(runTask('unseal', task, makeWork())).rejects.toMatchObject({
    level: 'permanent',
    message: expect.stringContaining('is not upgraded as the task says'),
  });
});
