/** `util sealer snapup | rebuild | unseal | wdpost | jobs` over a manager's real door. */
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { cancel, jobs, rebuild, snapup, unseal, wdpostAdd } from '#cli/commands/manager/jobs.js';
import { sectors } from '#cli/commands/manager/sealer.js';
import { managerApp } from '#src/http/manager/app.js';
import { serve } from '#src/http/serve.js';
import { captured } from '../../tools/cli/setup.js';
import {
  anybody,
  anything,
  first,
  setup as manage,
  piecesOf,
  proofOf,
  reportOf,
  upgrade,
} from '../../tools/manager/jobs-setup.js';

const said = captured();
beforeEach(() => void vi.stubEnv('SEALVISOR_OPERATOR', 'alice'));
afterEach(() => void vi.unstubAllEnvs());

async function setup(options: Parameters<typeof manage>[0] = {}) {
  const fixture = await manage(options);
  const served = await serve(managerApp(fixture.manager), { host: '127.0.0.1', port: 0 });
  onTestFinished(() => served.close());
  return { ...fixture, options: { manager: `http://127.0.0.1:${served.port}` } };
}

/** A path as somebody types it here. */
const typed = (path: string) => relative(process.cwd(), path);
const id = 's-t010000-1';

test('an upgrade is asked for with who and why; its directory is that of who asks', async () => {
  const { jobs: service, options } = await setup();
  await snapup(id, { ...options, pieces: typed(piecesOf(100)), reason: 'deal 42' });
  expect(said.err).toBe('snapup-1: sector s-t010000-1 is to be upgraded with 1 piece\n');
  expect(service.view('snapup-1').asked).toMatchObject({ by: 'alice', reason: 'deal 42' });
  expect(process.exitCode).toBeUndefined();
});

test('with --json the reply is one document', async () => {
  const { jobs: service, options } = await setup();
  await rebuild(id, { ...options, json: true });
  expect(JSON.parse(said.out)).toMatchObject({ changed: true, jobs: service.list() });
  expect(said.err).toBe('');
});

test('a dest directory is that of who asks, each piece below it by its CID; a URL is kept', async () => {
  const { jobs: service, options } = await setup({ withDeals: true, pieces: piecesOf(500) });
  const dir = join(piecesOf(1), 'out dir');
  await unseal(id, { ...options, dest: typed(dir) });
  await unseal(id, { ...options, dest: 'http://host/one' });
  const [piece] = service.list().map(({ facts }) => ('piece' in facts ? facts.piece : ''));
  await unseal(id, { ...options, dest: 'https://host/', piece: piece ?? '' });
  expect(service.list().map(({ facts }) => ('dest' in facts ? facts.dest : ''))).toEqual([
    `${pathToFileURL(dir).href}/${piece}`,
    'http://host/one',
    `https://host/${piece}`,
  ]);
});

test('window proofs are over all sectors, or those that are named', async () => {
  const { jobs: service, options } = await setup({ finished: 2 });
  await wdpostAdd(options);
  await wdpostAdd({ ...options, sectors: 's-t010000-2, s-t010000-1' });
  await wdpostAdd({ ...options, sectors: 's-t010000-2' });
  expect(service.list().map(({ facts }) => ('sectors' in facts ? facts.sectors.length : 0))).toEqual([
    2, 2, 1,
  ]);
  await expect(wdpostAdd({ ...options, sectors: ' ' })).rejects.toMatchObject({ code: 'usage' });
});

test('jobs are a table: where they stand, and what came of them; or the views as JSON', async () => {
  const { jobs: service, sectors: life, options } = await setup({ finished: 2 });
  await upgrade(life, first, piecesOf(100));
  await rebuild(id, options);
  service.rebuild.allocate(anybody);
  life.reportState(first, reportOf('PC1Done', 'w1', 'no parameters'));
  await wdpostAdd({ ...options, sectors: 's-t010000-2' });
  await cancel('wdpost-3', { ...options, reason: 'too early' });
  said.out = '';
  await jobs(options);
  const at = '2026-11-22T10:00:00.000Z';
  expect(
    said.out,
  ).toBe(`ID         Kind     Sector       State            Worker    Since                     Result
snapup-1   snapup   s-t010000-1  done             upgrader  ${at}  upgraded with 1 piece
rebuild-2  rebuild  s-t010000-1  given (PC1Done)  w1        ${at}  permanent: no parameters
wdpost-3   wdpost   s-t010000-2  cancelled        NULL      ${at}  alice: too early
`);
  said.out = '';
  await jobs({ ...options, json: true });
  expect(JSON.parse(said.out)).toEqual(service.list());
});

test('a sector that was upgraded, is lost, or is being rebuilt is shown so', async () => {
  const { jobs: service, sectors: life, options } = await setup({ finished: 2 });
  await upgrade(life, first, piecesOf(100));
  await rebuild(id, options);
  await rebuild('s-t010000-2', options);
  service.rebuild.allocate(anybody);
  await sectors(options);
  expect(
    said.out,
  ).toBe(`SectorID     State                           Worker  Deals  PreCommits  Proofs  Failure
s-t010000-1  Finished, upgraded, rebuilding  sealer  1      1           0       NULL
s-t010000-2  Finished, lost                  sealer  NULL   1           0       NULL
`);
});

test('a job is cancelled by who asks; a second time, or when it is over, is exit 3', async () => {
  const { jobs: service, sectors: life, options } = await setup();
  await snapup(id, { ...options, pieces: piecesOf(100) });
  await cancel('snapup-1', options);
  expect(service.view('snapup-1').error).toEqual({
    by: 'alice',
    reason: 'cancelled by alice at the manager',
  });
  expect(process.exitCode).toBeUndefined();
  await cancel('snapup-1', options);
  expect(process.exitCode).toBe(3);
  process.exitCode = undefined;
  await snapup(id, { ...options, pieces: piecesOf(100) });
  service.snapUp.submit(first, proofOf(service.snapUp.allocate(anything)));
  life.reportFinalized(first);
  await cancel('snapup-2', { ...options, json: true });
  expect(JSON.parse(said.out)).toMatchObject({ changed: false, message: 'snapup-2 is over: it is done' });
  expect(process.exitCode).toBe(3);
});
