/** `venus-worker worker` against an upstream worker, as its configuration names it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { history } from '#cli/commands/worker/history.js';
import { pause } from '#cli/commands/worker/pause.js';
import { resume } from '#cli/commands/worker/resume.js';
import { show, why } from '#cli/commands/worker/show.js';
import { list, restart } from '#cli/commands/worker/threads.js';
import { captured } from '../../tools/cli/setup.js';
import { type Doors, fakeUpstreamWorker } from '../../tools/manager/upstream-worker.js';

const said = captured();

async function worker(options: Parameters<typeof fakeUpstreamWorker>[0] = {}) {
  const { dest, calls } = await fakeUpstreamWorker(options);
  const [host, port] = dest.split(':');
  const dir = mkdtempSync(join(tmpdir(), 'sealvisor-upstream-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const config = join(dir, 'venus-worker.toml');
  writeFileSync(config, `[worker]\nname = "w1"\nrpc_server.host = "${host}"\nrpc_server.port = ${port}\n`);
  const commands = () => calls.filter(({ method }) => method !== 'VenusWorker.WorkerList');
  return { config, commands, at: dest };
}

const line =
  '#0: "/mnt/store1"; sector_id=Some(s-t010000-2), paused=true, paused_elapsed=Some(17s), state=C1Done, last_err=Some("permanent: No cached parameters found")\n';

test.each<Doors>(['404 page not found', 'any path'])('list prints its threads (%s)', async (doors) => {
  const { config } = await worker({ doors });
  await list({ config });
  expect(said).toMatchObject({ out: line, err: '' });
});

test.each<Doors>(['404 page not found', 'any path'])(
  'show has what its list has of the thread, and says what is missing (%s)',
  async (doors) => {
    const { config, at } = await worker({ doors });
    await show({ config, index: 0 });
    expect(said.out).toMatch(/^sector +s-t010000-2$/m);
    expect(said.out).toMatch(/^state +C1Done$/m);
    expect(said.out).toMatch(/^last error +permanent: No cached parameters found/m);
    expect(said.err).toBe(`${at} is an upstream worker: it has no estimate and no history\n`);
    await why({ config, index: 0 });
    expect(said.out).toContain('thread #0 is paused');
  },
);

test('pause and resume are its own, with `Abort` as the state that it knows', async () => {
  const { config, commands } = await worker();
  await pause({ config, index: 0 });
  expect(said.err).toBe('thread #0 did not change\n');
  expect(process.exitCode).toBe(3);
  process.exitCode = undefined;
  await resume({ config, index: 0, state: 'Abort', yes: true });
  expect(said.err).toContain('took the resume of thread #0: it is running at Aborted');
  expect(process.exitCode).toBeUndefined();
  expect(commands()).toEqual([
    { method: 'VenusWorker.WorkerPause', params: [0] },
    { method: 'VenusWorker.WorkerResume', params: [0, 'Aborted'] },
  ]);
});

test('a resume that it answers with `true` and passes over is told as no change', async () => {
  const { config } = await worker({ isDeaf: true });
  await resume({ config, index: 0, state: 'c1done' });
  expect(said.err).toContain('thread #0 is still paused at C1Done; it may not know the state c1done');
  expect(process.exitCode).toBe(3);
});

test('a pause that is waited for is asked for once', async () => {
  const { config, commands } = await worker();
  await pause({ config, index: 0, wait: true, timeout: '5s' });
  expect(commands()).toEqual([{ method: 'VenusWorker.WorkerPause', params: [0] }]);
});

test('what it cannot do is refused in words, and nothing is sent', async () => {
  const { config, commands, at } = await worker({ doors: 'any path' });
  await expect(restart({ config, index: 0 })).rejects.toMatchObject({ code: 'invalid_request' });
  await expect(pause({ config, index: 0, freeze: true })).rejects.toMatchObject({ code: 'freeze_refused' });
  await expect(history({ config, index: 0 })).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining(`${at} is an upstream worker`),
  });
  expect(commands()).toEqual([]);
});
