import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { summaryOf } from '#cli/output/summary.js';
import { loadWorkerConfig } from '#src/config/worker-config.js';
import { canBeSilent, silentDisk } from '../../tools/e2e/silent-disk.js';
import { warningsTo } from '../../tools/protocol/told-events.js';
import { freshDir, openStore, recordOf, rowOf } from '../../tools/store/setup.js';

/** A store with one kept sector, and a stopped thread that sealed it. */
function setup() {
  const dir = freshDir();
  const id = 's-t010000-1';
  for (const each of ['sealed', join('cache', id)]) mkdirSync(join(dir, 'store', each), { recursive: true });
  writeFileSync(join(dir, 'store', 'sealed', id), '');
  writeFileSync(
    join(dir, 'store', 'cache', id, 'sealvisor.json'),
    JSON.stringify({ commD: [1], commR: [2] }),
  );
  const { location, ...store } = openStore();
  store.commit(recordOf(), rowOf({ sector: id, stage: 'PC1', durationMs: 1500 }));
  store.close();
  const configOf = (locations: readonly string[], stores: readonly string[]) => {
    const threads = locations.map((each) => `[[sealing_thread]]\nlocation = ${JSON.stringify(each)}\n`);
    const attached = stores.map(
      (each, at) => `[[attached]]\nname = "a${at}"\nlocation = ${JSON.stringify(each)}\n`,
    );
    const path = join(dir, 'worker.toml');
    const manager = '[sector_manager]\nrpc_client.addr = "/ip4/127.0.0.1/tcp/1"\n';
    writeFileSync(path, `${manager}${threads.join('')}${attached.join('')}`);
    return loadWorkerConfig(path).config;
  };
  const sector = {
    sector: id,
    secondsByStage: { PC1: 1.5 },
    sealedFile: join(dir, 'store', 'sealed', id),
    commD: '01',
    commR: '02',
  };
  return { dir, location, store: join(dir, 'store'), configOf, sector };
}

test('what was sealed is read back from threads and stores', async () => {
  const { location, store, configOf, sector } = setup();
  const told: string[] = [];
  const found = await summaryOf(configOf([location], [store]), warningsTo(told));
  expect(found).toEqual([sector]);
  expect(told).toEqual([]);
});

test('a sector by programs of others is told with what was pre-committed of it, and without where nobody knows', async () => {
  const { location, store, configOf, sector } = setup();
  const id = 's-t010000-9';
  writeFileSync(join(store, 'sealed', id), '');
  const config = configOf([location], [store]);
  const told: string[] = [];
  const other = { sector: id, secondsByStage: {}, sealedFile: join(store, 'sealed', id) };
  const emit = warningsTo(told);
  expect(await summaryOf(config, emit)).toEqual([sector, { ...other, commD: null, commR: null }]);
  const preCommits = new Map([[id, { commD: [1], commR: [255] }]]);
  expect(await summaryOf(config, emit, preCommits)).toEqual([sector, { ...other, commD: '01', commR: 'ff' }]);
  expect(told).toEqual([]);
});

test.runIf(canBeSilent)(
  'a disk that does not answer costs what is on it, and is named',
  async () => {
    const { dir, location, store, configOf, sector } = setup();
    const config = configOf([location, join(dir, 'thread2')], [store, join(dir, 'store2')]);
    const hung = ['thread2', 'store2'].map((name) => silentDisk(dir, name).at);
    const told: string[] = [];
    expect(await summaryOf(config, warningsTo(told))).toEqual([sector]);
    expect(told).toHaveLength(2);
    for (const at of hung)
      expect(told.join('\n')).toContain(`not in the summary: the disk of ${at} has not answered in time`);
  },
  30_000,
);
