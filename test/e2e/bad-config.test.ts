import { mkdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { onWorker, startManager, startWorker, workerToml } from '../tools/e2e/fleet.js';
import { freshDir, run, write } from '../tools/e2e/setup.js';

const nowhere = '127.0.0.1:9';

/** Runs a worker daemon on a configuration that cannot be started. */
async function startBad(toml: (dir: string) => string, ...more: readonly string[]) {
  const dir = freshDir();
  const path = write(join(dir, 'worker.toml'), toml(dir));
  const ended = await run('venus-worker', ['daemon', '-c', path, ...more]);
  return { dir, path, ...ended };
}

/** Takes a port and holds it until the test is over. */
async function takenPort(): Promise<number> {
  const server = createServer();
  onTestFinished(() => void server.close());
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}

describe('a configuration that is wrong: one line, what to write instead, exit 2', () => {
  test.each([
    [
      'an unknown key',
      'max_retrys = 3',
      'unknown key sealing.max_retrys in FILE: did you mean sealing.max_retries?',
    ],
    [
      'a wrong type',
      'max_retries = "3"',
      'sealing.max_retries = "3" in FILE: expected a whole number from 0 to 4294967295',
    ],
    [
      'a wrong unit',
      'min_deal_space = "3parsec"',
      'sealing.min_deal_space = "3parsec" in FILE: expected a size',
    ],
    ['no TOML', 'max_retries = = 3', 'FILE:15:15 is not valid TOML:'],
  ])('%s', async (_what, line, message) => {
    const { code, stdout, stderr, path } = await startBad((dir) =>
      workerToml(dir, nowhere, { sealing: line }),
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: [^\n]* \(config_invalid\)\n$/);
    expect(stderr).toContain(message.replace('FILE', path));
  });

  test('--debug shows the trace behind the same line', async () => {
    const { code, stderr } = await startBad(
      (dir) => workerToml(dir, nowhere, { sealing: 'max_retrys = 3' }),
      '--debug',
    );
    expect(code).toBe(2);
    const [line, trace] = stderr.split('\n');
    expect(line).toMatch(/^error: unknown key .* \(config_invalid\)$/);
    expect(trace).toMatch(/^SealvisorError: /);
    expect(stderr).toMatch(/^ {4}at /m);
  });

  test.each(['daemon', 'worker'])('no file there, told to `%s`', async (verb) => {
    const path = join(freshDir(), 'none.toml');
    const args = verb === 'daemon' ? ['daemon', '-c', path] : ['worker', '-c', path, 'list'];
    const { code, stderr } = await run('venus-worker', args);
    expect(code).toBe(2);
    expect(stderr).toBe(
      `error: no configuration at ${path}: name another with -c <file>, or start from fixtures/venus-worker.mock.toml (config_missing)\n`,
    );
  });

  test('two threads on one location, one of them through a link', async () => {
    const { dir, code, stderr } = await startBad((at) => {
      mkdirSync(join(at, 'store1'));
      symlinkSync(join(at, 'store1'), join(at, 'store2'));
      return workerToml(at, nowhere, { threads: 2 });
    });
    expect(code).toBe(2);
    expect(stderr).toBe(
      `error: sealing_thread[0] and sealing_thread[1] share the location ${join(dir, 'store2')} (actually ${join(dir, 'store1')}): give each thread its own (location_shared)\n`,
    );
  });
});

describe('a place that refuses: one line, exit 1, nothing left running', () => {
  test('a location that cannot be written', async () => {
    const { dir, code, stderr } = await startBad((at) => {
      write(join(at, 'file'), '');
      return workerToml(join(at, 'file'), nowhere);
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: [^\n]*make it writable for this user or change[^\n]* \(location_not_writable\)\n$/,
    );
    expect(stderr).toContain(`cannot write to ${join(dir, 'file', 'store1')}`);
  });

  test('a port that is taken, by worker and by manager', async () => {
    const port = await takenPort();
    const dir = freshDir();
    const toml = workerToml(dir, nowhere, { threads: 2 }).replace('port = 0', `port = ${port}`);
    const line = `error: port ${port} on 127.0.0.1 is taken: stop what listens there, or choose another port (port_taken)\n`;
    const [worker, manager] = await Promise.all([
      run('venus-worker', ['daemon', '-c', write(join(dir, 'worker.toml'), toml)]),
      run('venus-sector-manager', ['mock', '--listen', `127.0.0.1:${port}`, '--home', join(dir, 'manager')]),
    ]);
    expect(worker).toEqual({ code: 1, stdout: '', stderr: line });
    expect(manager).toEqual({ code: 1, stdout: '', stderr: line });
  });

  test("another manager's home", async () => {
    const dir = freshDir();
    await startManager(dir);
    const second = await run('venus-sector-manager', [
      ...['mock', '--listen', '127.0.0.1:0', '--home', join(dir, 'manager')],
    ]);
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(
      /^error: .*manager\.db is in use by another process: stop it.* \(location_in_use\)\n$/,
    );
  });

  test("another worker's location: that thread is failed and says why, the worker serves", async () => {
    const dir = freshDir();
    const toml = workerToml(dir, nowhere);
    await startWorker(dir, toml);
    const second = await startWorker(dir);
    await second.line(/ warn {2}worker #0 thread #0 failed: .*sealvisor\.db is in use by another process/);
    const { stdout } = await onWorker(second.at, 'list', '--wide');
    expect(stdout).toMatch(/last_err=Some\("critical: .*is in use by another process.*mode=failed/);
    const resumed = await onWorker(second.at, 'resume', '--index', '0');
    expect(resumed.code).toBe(1);
    expect(resumed.stderr).toMatch(/^error: .* \(thread_failed\)\n$/);
  });

  test.each([
    ['a home under a file', ['--home', '/proc/version/manager'], 1],
    ['pieces that are not there', ['--pieces', '/nowhere/at/all'], 2],
    ['an address that is none', ['--listen', 'not an address'], 2],
    ['a size that is none', ['--sector-size', '1KiB'], 2],
  ] as const)('the manager and %s', async (_what, args, exit) => {
    const home = ['--home', join(freshDir(), 'manager')];
    const { code, stdout, stderr } = await run('venus-sector-manager', [
      ...['mock', '--listen', '127.0.0.1:0', ...home],
      ...args,
    ]);
    expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
    expect(stderr).toMatch(/^error: [^\n]* \([a-z_]+\)\n$/);
  });
});
