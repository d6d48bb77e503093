import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { onManager, onWorker, startManager, startWorker, threadsOf, workerToml } from '../tools/e2e/fleet.js';
import { fileOf, freePort, freshDir, project, run } from '../tools/e2e/setup.js';

const usage = /^error: [^\n]*--help[^\n]* \(usage\)\n$/;

describe('help', () => {
  test.each([
    ['venus-worker', ['daemon', 'worker']],
    ['venus-sector-manager', ['mock', 'daemon', 'util']],
    ['sealvisor', ['start', 'unseal']],
  ] as const)('%s --help exits 0 with examples, and so does that of each command', async (bin, commands) => {
    const { code, stdout, stderr } = await run(bin, ['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Examples:\\n  ${bin} `, 'm'));
    const helps = await Promise.all(commands.map((command) => run(bin, [command, '--help'])));
    for (const help of helps)
      expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^Usage: /) });
  });

  test.each(['venus-worker', 'venus-sector-manager', 'sealvisor'])(
    '%s --version is that of the package',
    async (bin) => {
      const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
        version: string;
      };
      expect(await run(bin, ['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    },
  );

  test('npx finds the commands in the project itself, fetches nothing, and leaves what a daemon runs from alone', () => {
    const built = ['cli', 'src/worker/thread'].map((name) => join(project, 'dist', name));
    const inodes = () =>
      built.flatMap((dir) => readdirSync(dir).map((name) => [name, statSync(join(dir, name)).ino]));
    const before = inodes();
    const args = ['--offline', '--cache', freshDir(), 'venus-worker', '--help'];
    const { status, stdout } = spawnSync('npx', args, { cwd: project, encoding: 'utf8' });
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^Usage: venus-worker/),
    });
    expect(inodes()).toEqual(before);
  });

  test('a reader that leaves early is no error', async () => {
    const shell = `"${process.execPath}" "${fileOf('venus-worker')}" --help | true; exit "\${PIPESTATUS[0]}"`;
    const { status, stderr } = spawnSync('bash', ['-c', shell], { cwd: project, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe('wrong usage: one line that points to --help, exit 2', () => {
  test.each([
    ['venus-worker', ['daemon', '--foo']],
    ['venus-worker', ['daemon']],
    ['venus-worker', ['frob']],
    ['venus-worker', ['worker', 'pause']],
    ['venus-worker', ['worker', 'list', 'all']],
    ['venus-sector-manager', ['util', 'worker', 'lst']],
    ['venus-sector-manager', ['util', 'worker', 'pause', 'w1']],
    ['sealvisor', ['unseal', 'file']],
  ])('%s %j', async (bin, args) => {
    const { code, stdout, stderr } = await run(bin, args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(usage);
  });

  test.each(['stat', 'sotp', 'abrt'])(
    '%s gets no verb suggested that stops or ends something',
    async (verb) => {
      const { code, stderr } = await run('venus-worker', ['worker', verb]);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.not.stringMatching(/Did you mean/) });
    },
  );

  test('a mistyped verb that only reads is suggested', async () => {
    const { stderr } = await run('venus-worker', ['worker', 'lst']);
    expect(stderr).toMatch(/\(Did you mean list\?\)/);
  });

  test.each([
    ['venus-worker', ['worker', 'pause', '--index', 'x']],
    ['venus-worker', ['worker', 'pause', '--index', '-1']],
    ['venus-worker', ['worker', '--worker', 'a b', 'list']],
    ['venus-sector-manager', ['util', 'worker', 'resume', 'w1', 'first']],
    ['venus-sector-manager', ['util', 'worker', 'list', '--expiration', 'soon']],
    ['venus-sector-manager', ['util', 'worker', '--manager', 'ftp://manager', 'list']],
  ])('a value that cannot be: %s %j', async (bin, args) => {
    const { code, stdout, stderr } = await run(bin, args);
    expect({ code, stdout, stderr }).toMatchObject({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: [^\n]* \([a-z_]+\)\n$/);
  });
});

describe('what a running fleet refuses', () => {
  test('index out of range, unknown state, impossible state, a thread that is not paused', async () => {
    const dir = freshDir();
    const manager = await startManager(dir);
    const worker = await startWorker(dir, workerToml(dir, manager.at, { threads: 2 }));
    const cases = [
      [['pause', '--index', '7'], 2, 'error: no thread #7: the index is 0 to 1 (thread_not_found)\n'],
      [
        ['resume', '--index', '0', '--state', 'PC1Dome'],
        2,
        /^error: unknown state PC1Dome: did you mean PC1Done\? plan sealer knows Empty, Allocated, .*, Aborted \(unknown_state\)\n$/,
      ],
      [
        ['resume', '--index', '0', '--state', 'pc1done'],
        2,
        /^error: unknown state pc1done: did you mean PC1Done\? plan sealer knows Empty, /,
      ],
      [['resume', '--index', '0'], 3, /^thread #0 is not paused: it is \w+ at \w+\n$/],
    ] as const;
    for (const [args, code, stderr] of cases)
      expect(await onWorker(worker.at, ...args)).toEqual({
        code,
        stdout: '',
        stderr: typeof stderr === 'string' ? stderr : expect.stringMatching(stderr),
      });
    // The manager's commands say the same by the same codes.
    expect((await onManager(manager.at, 'pause', worker.at, '7')).code).toBe(2);
    expect((await onManager(manager.at, 'resume', worker.at, '0', 'PC1Dome')).code).toBe(2);
    expect((await onManager(manager.at, 'resume', worker.at, '0')).code).toBe(3);

    expect((await onWorker(worker.at, 'pause', '--index', '0', '--reason', 'swap disk')).code).toBe(0);
    const impossible = await onWorker(worker.at, 'resume', '--index', '0', '--state', 'C1Done');
    expect(impossible).toMatchObject({ code: 1, stdout: '' });
    expect(impossible.stderr).toMatch(
      /^error: cannot resume thread #0 to C1Done: .*; .* \(state_not_possible\)\n$/,
    );
    const [paused] = await threadsOf(worker.at);
    expect(paused).toMatchObject({ mode: 'paused', intent: { reason: 'swap disk' }, lastError: null });
    expect((await onWorker(worker.at, 'pause', '--index', '0')).code).toBe(3);
    expect((await onWorker(worker.at, 'resume', '--index', '0')).code).toBe(0);
  });

  test('a worker or manager that does not run, a name that does not resolve: exit 4', async () => {
    const gone = `127.0.0.1:${await freePort()}`;
    const manager = await startManager(freshDir());
    const ended = await Promise.all([
      onWorker(gone, 'list'),
      onWorker(gone, 'pause', '--index', '0'),
      onWorker('no-such-host.invalid', 'list'),
      onManager(gone, 'list'),
      onManager(gone, 'info', 'w1'),
      onManager(manager.at, 'info', 'no-such-host.invalid'),
      onManager(manager.at, 'info', gone),
    ]);
    for (const { code, stdout, stderr } of ended) {
      expect({ code, stdout, stderr }).toMatchObject({ code: 4, stdout: '' });
      expect(stderr).toMatch(
        /^error: cannot reach [^\n]*: (check that it runs and listens there|DNS knows no address of [^\n]*|the DNS server does not answer for [^\n]*) \(unreachable\)\n$/,
      );
    }
  });

  test('a name the manager does not know, and that is no address: exit 1, naming the known ones', async () => {
    const dir = freshDir();
    const manager = await startManager(dir);
    await startWorker(dir, workerToml(dir, manager.at));
    const info = async () => {
      for (;;)
        if ((await onManager(manager.at, 'list')).stdout.includes('w1'))
          return onManager(manager.at, 'info', 'w9');
    };
    const { code, stderr } = await info();
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'error: no worker w9: known are w1 (worker_not_found)\n',
    });
  });

  test('the environment names manager and worker when no option does', async () => {
    const dir = freshDir();
    const manager = await startManager(dir);
    const worker = await startWorker(dir, workerToml(dir, manager.at));
    const env = { SEALVISOR_MANAGER: `http://${manager.at}`, SEALVISOR_WORKER: worker.at };
    const byWorker = await run('venus-worker', ['worker', 'list'], { env });
    expect(byWorker.stdout).toContain(`#0: "${join(dir, 'store1')}"; sector_id=`);
    const byManager = await run('venus-sector-manager', ['util', 'worker', 'list'], { env });
    expect(byManager).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Name +Dest/) });
  });
});
