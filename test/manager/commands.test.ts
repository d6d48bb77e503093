/** `util worker` and `util sealer` over a manager's real door. */
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { resume } from '#cli/commands/manager/resume.js';
import { abort, sectors } from '#cli/commands/manager/sealer.js';
import { type PauseOptions, pause } from '#cli/commands/manager/workers.js';
import { managerApp } from '#src/http/manager/app.js';
import { serve } from '#src/http/serve.js';
import type { ThreadView } from '#src/protocol/thread.js';
import { captured } from '../tools/cli/setup.js';
import { listening } from '../tools/fleet/setup.js';
import { setup as manage, summary } from '../tools/manager/setup.js';
import { fakeUpstreamWorker } from '../tools/manager/upstream-worker.js';
import { pausedView, viewOf } from '../tools/protocol/views.js';

const said = captured();
beforeEach(() => void vi.stubEnv('SEALVISOR_OPERATOR', 'alice'));
afterEach(() => void vi.unstubAllEnvs());

/** A manager behind a real port; `w1` is at `dest`. */
async function setup(dest = '127.0.0.1:1') {
  const { manager } = await manage();
  manager.roster.ping({ name: 'w1', dest, version: null, summary });
  const served = await serve(managerApp(manager), { host: '127.0.0.1', port: 0 });
  onTestFinished(() => served.close());
  return { sectors: manager.sectors, options: { manager: `http://127.0.0.1:${served.port}` } };
}

/** A worker of ours with one thread that is at each of these in turn, whatever it is asked; the last one stays. */
async function turning(...views: readonly ThreadView[]) {
  const asked: { readonly url: string | undefined; readonly body: unknown }[] = [];
  let at = 0;
  const url = await listening((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      if (text !== '') asked.push({ url: request.url, body: JSON.parse(text) });
      const view = views[Math.min(at, views.length - 1)];
      at += 1;
      response.end(JSON.stringify({ ...view, changed: true, message: `thread #0 is ${view?.mode}` }));
    });
  });
  return { dest: url.replace('http://', ''), asked };
}

const at = '2026-11-22T10:00:00.000Z';
const intent = { kind: 'pause', how: 'after-stage', by: 'alice', reason: null, at } as const;
const pausing = viewOf({ mode: 'pausing', revision: 4, intent, stage: 'PC1' });
const paused = pausedView({ revision: 5, intent });

test('sectors are a table, or the views as JSON', async () => {
  const { sectors: service, options } = await setup();
  service.allocate(null, null);
  service.allocate(null, null);
  const id = { miner: 10000, number: 1 };
  service.reportState(id, {
    Worker: { Instance: 'w1', Location: '/store1' },
    StateChange: { Prev: 'C1Done', Next: 'C1Done', Event: '' },
    Failure: { Level: 'permanent', Desc: 'no parameters' },
  });
  service.abort({ ...id, number: 2 }, { reason: 'disk lost', by: 'bob' });
  await sectors(options);
  expect(said.out).toBe(`SectorID     State      Worker  Deals  PreCommits  Proofs  Failure
s-t010000-1  C1Done     w1      NULL   0           0       permanent: no parameters
s-t010000-2  Allocated  NULL    NULL   0           0       aborted by bob: disk lost
`);
  said.out = '';
  await sectors({ ...options, json: true });
  expect(JSON.parse(said.out)).toEqual(service.list());
});

test('a sector is aborted by who asks; a second time changes nothing and is exit 3', async () => {
  const { sectors: service, options } = await setup();
  service.allocate(null, null);
  await abort('s-t010000-1', { ...options, reason: 'disk lost' });
  expect(said.err).toBe('sector s-t010000-1 is aborted: no worker has reported it yet\n');
  expect(service.view({ miner: 10000, number: 1 }).abort).toEqual({ reason: 'disk lost', by: 'alice' });
  expect(process.exitCode).toBeUndefined();
  await abort('s-t010000-1', { ...options, json: true });
  expect(JSON.parse(said.out)).toMatchObject({ changed: false, id: 's-t010000-1' });
  expect(process.exitCode).toBe(3);
});

test.each([
  ['nonsense', 'invalid_request'],
  ['s-t010000-9', 'sector_not_found'],
])('%s cannot be given up (%s)', async (sector, code) => {
  const { options } = await setup();
  await expect(abort(sector, options)).rejects.toMatchObject({ code });
});

test('pause asks for the form, resume for the state, each with who and why', async () => {
  const { dest, asked } = await turning(paused);
  const { options } = await setup(dest);
  await pause('w1', '0', { ...options, freeze: true, reason: 'swap disk' });
  await resume('w1', '0', 'PC1Done', { ...options, force: true });
  const by = { by: 'alice', id: expect.any(String) };
  expect(asked).toEqual([
    { url: '/api/v1/threads/0/pause', body: { how: 'freeze', reason: 'swap disk', ...by } },
    { url: '/api/v1/threads/0/resume', body: { state: 'PC1Done', force: true, ...by } },
  ]);
});

test('--wait looks until the thread stands still, and pauses once', async () => {
  const { dest, asked } = await turning(pausing, pausing, paused);
  const { options } = await setup(dest);
  await pause('w1', '0', { ...options, wait: true });
  expect(said.err).toBe(`thread #0 is pausing\nthread #0 is paused at ${paused.state}\n`);
  expect(process.exitCode).toBeUndefined();
  expect(asked).toMatchObject([{ body: { waitMs: 30_000 } }]);
});

test('--wait over its timeout is exit 1, and says that the pause stays', async () => {
  const { dest, asked } = await turning(pausing);
  const { options } = await setup(dest);
  await pause('w1', '0', { ...options, wait: true, timeout: '50ms' });
  expect(said.err).toEqual(
    expect.stringMatching(
      /^thread #0 is pausing\nerror: thread #0 was not paused within .*: the pause of thread #0 stays requested, .*\(deadline_exceeded\)\n$/,
    ),
  );
  expect(process.exitCode).toBe(1);
  // What the way there took is not waited again.
  expect(asked).toMatchObject([{ body: { waitMs: expect.toSatisfy((ms: number) => ms > 0 && ms <= 50) } }]);
});

test.each([
  ['taken back', viewOf({ mode: 'running', revision: 6 }), 'revision_conflict'],
  ['failed', viewOf({ mode: 'failed', revision: 6, intent }), 'thread_failed'],
])('--wait ends when the pause was %s', async (_, view, code) => {
  const { dest } = await turning(pausing, view);
  const { options } = await setup(dest);
  await expect(pause('w1', '0', { ...options, wait: true })).rejects.toMatchObject({ code });
});

test('--wait for an upstream worker pauses once and looks at its list', async () => {
  const { dest, calls } = await fakeUpstreamWorker();
  const { options } = await setup(dest);
  await pause('w1', '0', { ...options, wait: true });
  expect(calls.filter(({ method }) => method.endsWith('Pause'))).toHaveLength(1);
  expect(process.exitCode).toBe(3);
});

test.each<PauseOptions>([{ timeout: '5s' }, { timeout: '5s', wait: false }, { wait: true, timeout: 'soon' }])(
  '%j is wrong usage, and nothing is sent',
  async (wrong) => {
    const { dest, asked } = await turning(paused);
    const { options } = await setup(dest);
    await expect(pause('w1', '0', { ...options, ...wrong })).rejects.toThrow();
    expect(asked).toEqual([]);
  },
);

test.each([
  [
    { allowed: true, to: 'PC1Done', redo: ['PC2'], skip: [] },
    'would resume at PC1Done\nredo: PC2\n',
    undefined,
  ],
  [{ allowed: false, why: 'it is not paused', possible: [] }, 'would not be resumed: it is not paused\n', 1],
])('a dry run of %j is told, and changes nothing', async (told, text, code) => {
  const url = await listening((request, response) => {
    request.resume().on('end', () => response.end(JSON.stringify(told)));
  });
  const { options } = await setup(url.replace('http://', ''));
  await resume('w1', '0', 'PC1Done', { ...options, dryRun: true });
  expect(said.out).toBe(`thread #0 ${text}`);
  expect(process.exitCode).toBe(code);
});
