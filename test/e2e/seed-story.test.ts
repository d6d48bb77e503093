import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ControlReply, ThreadView } from '../../src/protocol/thread.js';
import type { WorkerEntry } from '../../src/protocol/worker-entry.js';
import { historyOf, onManager, onWorker, startManager, startWorker, threadsOf } from '../tools/e2e/fleet.js';
import { freshDir, project, run, write } from '../tools/e2e/setup.js';

const noParameters = 'permanent: No cached parameters found for stacked-proof-of-replication';

/** The fixture as it is, but for where the manager and the worker listen; the mock's threads stand at C2. */
async function setup() {
  const dir = freshDir();
  const manager = await startManager(dir);
  const worker = `[worker]\nname = "night"\nrpc_server = { host = "127.0.0.1", port = 0 }\nping_interval = "200ms"\n`;
  const fixture = readFileSync(join(project, 'fixtures', 'no-cached-parameters.toml'), 'utf8')
    .replace('/ip4/127.0.0.1/tcp/1789', `http://${manager.at}`)
    .replaceAll('"1s"', '"100ms"');
  const toml = `${worker}${fixture}`;
  mkdirSync(join(dir, 'mock-tmp'));
  const night = await startWorker(dir, toml, { cwd: dir });
  for (const index of [0, 1, 2]) await night.line(new RegExp(`#${index} \\S+ C1Done: ${noParameters}`));
  return { dir, manager, toml, night };
}

describe("the example of venus-cluster's documents: C2 finds no parameters", () => {
  test('list shows the line of venus-cluster v0.2, its neighbours by REST and JSON the same thread', async () => {
    const { dir, night } = await setup();
    const { code, stdout, stderr } = await onWorker(night.at, 'list');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    for (const [index, line] of lines.entries()) {
      const head = `#${index}: "${join(dir, 'mock-tmp', `store${index + 1}`)}"; sector_id=Some(s-t010000-`;
      expect(line.slice(0, head.length)).toBe(head);
      expect(line.slice(head.length)).toMatch(
        /^[123]\), paused=true, paused_elapsed=Some\(\d+s\), state=C1Done, last_err=Some\("permanent: No cached parameters found for .* \[failure finding .*\.params\]"\)$/,
      );
    }
    const wide = await onWorker(night.at, 'list', '--wide');
    expect(wide.stdout).toMatch(/, plan=sealer, mode=paused, stage=C2$/m);
    const views = await threadsOf(night.at);
    expect(views).toMatchObject([
      {
        index: 0,
        mode: 'paused',
        state: 'C1Done',
        stage: 'C2',
        lastError: { level: 'permanent', stage: 'C2' },
      },
      { index: 1 },
      { index: 2 },
    ]);
    expect(views[0]?.possible).toContain('PC1Done');
    const config = write(join(dir, 'where.toml'), `[worker.rpc_server]\nport = ${night.at.split(':')[1]}\n`);
    const byConfig = await run('venus-worker', ['worker', '-c', config, 'list', '--json']);
    expect(JSON.parse(byConfig.stdout)).toHaveLength(3);
  });

  test('util worker list and info print the columns of venus-cluster v0.2, by name and by address', async () => {
    const { dir, manager, night } = await setup();
    const { stdout, code } = await onManager(manager.at, 'list');
    const [head, row] = stdout.split('\n');
    expect({ code, head }).toMatchObject({ code: 0, head: expect.stringMatching(/^Name +Dest +Threads/) });
    expect(head?.split(/ {2,}/)).toEqual([
      'Name',
      'Dest',
      'Threads',
      'Empty',
      'Paused',
      'Errors',
      'LastPing(with ! if expired)',
    ]);
    expect(row).toMatch(new RegExp(`^night +${night.at} +3 +\\d +\\d +\\d +[\\d.]+(ms|s)$`));
    const expired = await onManager(manager.at, 'list', '--expiration', '1ns');
    expect(expired.stdout).toMatch(/^night .* \(!\)$/m);
    const [entry] = JSON.parse((await onManager(manager.at, 'list', '--json')).stdout) as WorkerEntry[];
    expect(entry).toMatchObject({ name: 'night', dest: night.at, summary: { threads: 3 } });

    const table = /^Index +Loc +SectorID +Paused +PausedElapsed +State +LastErr$/m;
    const location = join(dir, 'mock-tmp', 'store2');
    const line = new RegExp(`^1 +${location} +s-t010000-\\d +true +\\d+s +C1Done +${noParameters}`, 'm');
    for (const target of ['night', night.at]) {
      const { stdout: info } = await onManager(manager.at, 'info', target);
      expect(info).toMatch(table);
      expect(info).toMatch(line);
    }
    const views = JSON.parse((await onManager(manager.at, 'info', 'night', '--json')).stdout) as ThreadView[];
    expect(views.map((view) => view.state)).toEqual(['C1Done', 'C1Done', 'C1Done']);
  });

  test('resume repeats C2 and stands still again; resume to PC1Done redoes what lies between', async () => {
    const { dir, manager, night } = await setup();
    const before = night.lines.length;
    const resumed = await onManager(manager.at, 'resume', 'night', '0');
    expect(resumed).toMatchObject({ code: 0, stdout: '', stderr: 'thread #0 resumes at C1Done\n' });
    await night.line(new RegExp(`#0 \\S+ C1Done: ${noParameters}`), before);

    const dryRun = await onWorker(
      night.at,
      ...['resume', '--index', '0', '--state', 'PC1Done', '--dry-run', '--json'],
    );
    expect(JSON.parse(dryRun.stdout)).toMatchObject({
      allowed: true,
      to: 'PC1Done',
      redo: ['PC2', 'SubmitPreCommit', 'WaitPCLanded', 'PersistFiles', 'SubmitPersisted', 'WaitSeed', 'C1'],
      skip: [],
    });
    const again = night.lines.length;
    const back = await onWorker(
      night.at,
      ...['resume', '--state', 'PC1Done', '--index', '0', '--reason', 'disk swapped', '--json'],
    );
    expect(back.code).toBe(0);
    expect(JSON.parse(back.stdout)).toMatchObject({ changed: true, index: 0, lastError: null });
    await night.line(/#0 \S+ PC1Done -> PC2Done/, again);
    await night.line(/#0 \S+ PCLanded -> Persisted/, again);
    await night.line(new RegExp(`#0 \\S+ C1Done: ${noParameters}`), again);

    await night.end('SIGKILL');
    const commands = historyOf(join(dir, 'mock-tmp', 'store1')).filter((row) => row.kind === 'command');
    expect(commands).toMatchObject([
      { command: 'resume', from: 'C1Done', to: 'C1Done', reason: null },
      { command: 'resume --state PC1Done', to: 'PC1Done', reason: 'disk swapped' },
    ]);
  });

  test('the parameters are there: the worker starts again, is still paused, and resume brings the sectors home', async () => {
    const { dir, night, toml } = await setup();
    expect((await night.end('SIGTERM')).code).toBe(0);
    const mended = toml.slice(0, toml.indexOf('[[sealvisor.faults]]'));
    const morning = await startWorker(dir, mended, { cwd: dir });
    expect(await threadsOf(morning.at)).toMatchObject([
      { mode: 'paused', state: 'C1Done', lastError: { level: 'permanent' } },
      { mode: 'paused' },
      { mode: 'paused' },
    ]);
    expect((await onWorker(morning.at, 'resume', '--index', '1')).code).toBe(0);
    await morning.line(/#1 s-t010000-\d ProofSubmitted -> Finished/);
    const aborted = await onWorker(morning.at, 'resume', '--index', '2', '--state', 'Aborted');
    // Where nobody can be asked, upstream's command needs no `--yes`: it says what went.
    expect(aborted).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(
        /\nwarning: s-t010000-\d is aborted .* pre-commit was submitted at .*\n$/,
      ),
    });
    await morning.line(/#2 s-t010000-\d Aborted -> Empty/);
  });

  test('pause and resume say what changed, and exit 3 when nothing did', async () => {
    const { manager, night } = await setup();
    const paused = await onWorker(night.at, 'pause', '--index', '0');
    // It stands still by its error; the pause says so and keeps the error.
    expect(paused).toMatchObject({ code: 3, stderr: 'thread #0 was paused already, at C1Done\n' });
    const byManager = await onManager(manager.at, 'pause', 'night', '0', '--json');
    expect(byManager.code).toBe(3);
    const reply = JSON.parse(byManager.stdout) as ControlReply;
    expect(reply).toMatchObject({ changed: false, mode: 'paused', lastError: { level: 'permanent' } });
  });

  test('remove forgets the worker until it reports again', async () => {
    const { manager, night } = await setup();
    await night.end('SIGTERM');
    const removed = await onManager(manager.at, 'remove', 'night');
    expect(removed).toMatchObject({ code: 0, stderr: 'worker night is removed until it reports again\n' });
    expect((await onManager(manager.at, 'list', '--json')).stdout).toBe('[]\n');
    const again = await onManager(manager.at, 'remove', 'night');
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toMatch(/^error: no worker night: none has reported yet \(worker_not_found\)\n$/);
  });
});
