import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hotWarnings, loadHotConfig } from '#src/config/hot-config.js';
import { loadWorkerConfig } from '#src/config/worker-config.js';
import { freshDir, minimal, tomlFile } from '../tools/config/setup.js';

function setup(hot?: string) {
  const location = freshDir();
  const path = tomlFile(minimal({ location, head: '[sealing]\nmax_retries = 2' }));
  const base = loadWorkerConfig(path).config.threads[0];
  if (base === undefined) throw new Error('no thread');
  if (hot !== undefined) tomlFile(hot, location, 'config.toml');
  return { location, base };
}

test('without a hot config the thread keeps its own', async () => {
  const { location, base } = setup();
  expect(await loadHotConfig(location, base)).toBe(base);
});

test('the hot config sets plan and sealing keys; all else stays', async () => {
  const { location, base } = setup('plan = "rebuild"\nsealing.seal_interval = "1s"');
  const hot = await loadHotConfig(location, base);
  expect(hot).toEqual({ ...base, plan: 'rebuild', sealing: { ...base.sealing, sealIntervalMs: 1000 } });
  expect(Object.isFrozen(hot) && Object.isFrozen(hot.sealing)).toBe(true);
});

test('the hot config cannot move the thread', async () => {
  const { location, base } = setup('location = "/elsewhere"');
  expect((await loadHotConfig(location, base)).location).toBe(location);
});

test('its location is the only key without effect, and is warned of', () => {
  const { location, base } = setup();
  expect(hotWarnings('plan = "rebuild"\nsealing.max_retries = 1', base)).toEqual([]);
  expect(hotWarnings('location = "/elsewhere"', base)).toEqual([
    `location in ${location}/config.toml has no effect: a thread keeps the location that the worker's file gives it`,
  ]);
});

test.each([
  ['plan = = 1', ':1:'],
  ['plan = "nap"', 'plan = "nap"'],
  ['sealing.max_retrys = 1', 'did you mean sealing.max_retries?'],
  ['sealing.seal_interval = 30', 'sealing.seal_interval = 30'],
  ['[seling]\nmax_retries = 1', 'unknown key seling'],
  ['[sealvisor]\nhistory_rows = 100', 'unknown key sealvisor'],
  ['[processors.limit]\npc1 = 1', 'known there are location, plan, sealing'],
])('a faulty hot config, %j, is refused with its file', async (text, part) => {
  const { location, base } = setup(text);
  const error = await loadHotConfig(location, base).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'config_invalid', message: expect.stringContaining(part) });
  expect(error).toMatchObject({ message: expect.stringContaining(`${location}/config.toml`) });
});

test('a hot config that cannot be read is refused with its file', async () => {
  const { location, base } = setup();
  mkdirSync(join(location, 'config.toml'));
  await expect(loadHotConfig(location, base)).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringContaining(`cannot read ${location}/config.toml: `),
  });
});

test('a hot config is read anew each time, and one that is gone leaves the thread its own', async () => {
  const { location, base } = setup('sealing.max_retries = 7');
  expect((await loadHotConfig(location, base)).sealing.maxRetries).toBe(7);
  tomlFile('', location, 'config.toml');
  expect(await loadHotConfig(location, base)).toEqual(base);
  rmSync(join(location, 'config.toml'));
  expect(await loadHotConfig(location, base)).toBe(base);
});
