/** docs/upstream-rpc.md says of every method of upstream's what the dispatchers do with it. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { managerApp } from '#src/http/manager/app.js';
import { managerMethods } from '#src/http/manager/rpc.js';
import { rpc, workerDoors } from '../tools/http/setup.js';
import { setup } from '../tools/manager/setup.js';
import { allExchanges } from '../tools/traffic.js';

const page = readFileSync(new URL('../../docs/upstream-rpc.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/^\| `(Venus\w*\.\w+)` \| ([\w., ]+) \| (.+) \|$/gm)].map(
  ([, method = '', versions = '', here = '']) => ({ method, versions: versions.split(', '), here }),
);
const isServed = ({ here }: (typeof rows)[number]) => here.startsWith('served');

test('every method that was recorded has a row, in its version', () => {
  for (const { method, version, asked, caller, at } of allExchanges()) {
    if (!method.startsWith('Venus')) continue;
    const row = rows.find((each) => each.method === method);
    expect(row, at).toBeDefined();
    // What ours asks of an old manager need not be known there.
    if (!(caller === 'ours' && asked === 'manager') && method !== 'Venus.SubmitPersistedEx')
      expect([at, row?.versions]).toEqual([at, expect.arrayContaining([version])]);
  }
});

test('the manager serves the methods whose row says so, and no others', async () => {
  const { manager } = await setup();
  const refusedByName = rows.filter((row) => !isServed(row)).map(({ method }) => method);
  const served = Object.keys(managerMethods(manager)).filter((method) => !refusedByName.includes(method));
  const said = rows.filter(isServed).map(({ method }) => method);
  expect(said.filter((method) => method.startsWith('Venus.')).toSorted()).toEqual(served.toSorted());
});

test('what is refused is refused with the code of its row, by name', async () => {
  const { manager } = await setup();
  manager.sectors.allocate(null, null, null);
  const app = managerApp(manager);
  const refused = rows.filter((row) => !isServed(row));
  expect(refused.length).toBeGreaterThan(20);
  for (const { method, here } of refused) {
    const code = Number(/^refused, (-\d+)/.exec(here)?.[1]);
    const { error } = await rpc(app, method, [{ Miner: 10000, Number: 1 }, false]);
    expect([method, error?.code]).toEqual([method, code]);
    if (code === -32601) expect(error?.message).toContain(method);
  }
});

test('the worker serves every method of its rows', async () => {
  const { app } = workerDoors();
  const methods = rows.filter(({ method }) => method.startsWith('VenusWorker.'));
  expect(methods.map(({ here }) => here)).toEqual(methods.map(() => 'served'));
  for (const { method } of methods) expect((await rpc(app, method, [])).error?.code, method).not.toBe(-32601);
});
