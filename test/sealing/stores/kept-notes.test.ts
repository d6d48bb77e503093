/** A kept sector that was damaged in its store is not taken for the one that was brought there. */
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keptFiles, sealed, snapUpJob } from '../../tools/sealing/jobs.js';
import { gives, id, planWorld } from '../../tools/sealing/plan-world.js';

const size = 2048;

const flip = (path: string) => {
  const bytes = readFileSync(path);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
};
const damages = {
  'one bit flipped': flip,
  cut: (path: string) => truncateSync(path, 100),
  zeroed: (path: string) => writeFileSync(path, Buffer.alloc(readFileSync(path).length)),
  removed: (path: string) => rmSync(path),
} as const;

const files = [
  `sealed/${id}`,
  `cache/${id}/p_aux`,
  `cache/${id}/sc-02-data-tree-r-last.dat`,
  `cache/${id}/sealvisor.json`,
];

async function setup() {
  const world = planWorld(size);
  const { CommR } = await sealed(world, size, []);
  const deal = await world.piece(1016, 1024, 1);
  const service = gives({ snapUp: snapUpJob(size, CommR, [deal]) });
  const at = (name: string) => join(world.stores[0]?.location ?? '', name);
  return { world, service, at };
}

test.each(
  files.flatMap((file) => Object.entries(damages).map(([damage, act]) => [file, damage, act] as const)),
)('%s %s: its upgrade is refused, naming the file', async (file, _, damage) => {
  const { world, service, at } = await setup();
  const record = await world.run('snapup', { service, until: 'TreeDBuilt' });
  damage(at(file));
  await expect(world.run('snapup', { service, from: record })).rejects.toMatchObject({
    level: 'abort',
    message: expect.stringContaining(at(file)),
  });
  expect([...keptFiles(world).keys()].filter((name) => name.startsWith('update'))).toEqual([]);
});

test('one that was kept before there were digests is upgraded as before', async () => {
  const { world, service, at } = await setup();
  rmSync(at(`cache/${id}/sealvisor-digests.json`));
  expect((await world.run('snapup', { service })).state).toBe('Finished');
});

test('digests that were damaged themselves say so', async () => {
  const { world, service, at } = await setup();
  flip(at(`cache/${id}/sealvisor-digests.json`));
  await expect(world.run('snapup', { service })).rejects.toMatchObject({
    message: expect.stringContaining('sealvisor-digests.json is damaged'),
  });
});
