/** The log of real daemons: what it looks like, and that whatever becomes of it they work on. */
import { type ChildProcess, type StdioOptions, spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startManager, startWorker, workerToml } from '../tools/e2e/fleet.js';
import { bytes, fileOf, freePort, freshDir, run, start, write } from '../tools/e2e/setup.js';

const dated = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (error|warn |info |debug) (worker|manager|log) /;
const oneSector = ['--sector-size', '2KiB', '--epoch', '50ms'];

/** A directory with a piece for one sector, and a configuration whose ports are known beforehand. */
async function setup() {
  const dir = freshDir();
  const pieces = join(dir, 'pieces');
  write(join(pieces, 'piece.bin'), bytes(2000, 7));
  const [managerPort, workerPort] = [await freePort(), await freePort()];
  const manager = `127.0.0.1:${managerPort}`;
  const config = join(dir, 'worker.toml');
  write(config, workerToml(dir, manager).replace('rpc_server.port = 0', `rpc_server.port = ${workerPort}`));
  const managerArgs = ['mock', '--listen', manager, '--home', join(dir, 'manager'), '--pieces', pieces];
  return {
    ...{ dir, pieces, manager, config, worker: `127.0.0.1:${workerPort}` },
    managerLine: [fileOf('venus-sector-manager'), ...managerArgs, ...oneSector],
    workerLine: [fileOf('venus-worker'), 'daemon', '-c', config],
  };
}

/** Starts a daemon over the given stdio; it is killed at the end of the test. */
function spawned(line: readonly string[], stdio: StdioOptions): ChildProcess {
  const child = spawn(process.execPath, line, { stdio });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Resolves when the manager at this address holds the sector for finalized. */
async function sealed(manager: string): Promise<void> {
  const isSealed = async () => {
    const answer = await fetch(`http://${manager}/api/v1/sectors`).catch(() => undefined);
    const sectors = ((await answer?.json()) ?? []) as readonly { readonly finalized: boolean }[];
    return sectors.some(({ finalized }) => finalized);
  };
  await expect.poll(isSealed, { timeout: 30_000, interval: 100 }).toBe(true);
}

async function answers(at: string, path = '/healthz'): Promise<number> {
  return (await fetch(`http://${at}${path}`)).status;
}

test('every line of both daemons is dated and has its level, its component and its thread', async () => {
  const dir = freshDir();
  const pieces = join(dir, 'pieces');
  write(join(pieces, 'piece.bin'), bytes(2000, 7));
  const manager = await startManager(dir, { pieces });
  const worker = await startWorker(dir, workerToml(dir, manager.at));
  await manager.line(/ info {2}manager sector s-t010000-1 is finalized$/);
  await worker.line(/ info {2}worker #0 s-t010000-1 Finished -> Empty/);
  await manager.line(/ info {2}manager worker w1 reports from /);
  await manager.line(/ info {2}manager gave out sector s-t010000-1$/);
  await manager.line(/ info {2}manager sector s-t010000-1 PC1Done -> PC2Done on w1$/);
  await manager.line(/ info {2}manager the pre-commit of sector s-t010000-1 is accepted$/);
  const { code } = await run('venus-sector-manager', [
    ...['util', 'worker', '--manager', `http://${manager.at}`, 'pause', 'w1', '0'],
    ...['--reason', 'swap\ndisk\u001b[2J'],
  ]);
  expect(code).toBe(0);
  await manager.line(/ info {2}manager pause of thread #0 of worker w1 by [^:]+: swap\\ndisk\\x1b\[2J$/);
  await worker.end('SIGTERM');
  await manager.end('SIGTERM');
  for (const line of [...worker.lines, ...manager.lines]) expect(line).toMatch(dated);
});

test('--log-format json is one object a line, --log-level leaves the rest out', async () => {
  const dir = freshDir();
  const args = ['mock', '--listen', '127.0.0.1:0', '--home', join(dir, 'manager'), '--log-format', 'json'];
  const manager = start('venus-sector-manager', args);
  await manager.line(/listens on/);
  await manager.end('SIGTERM');
  const lines = manager.lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  expect(lines[0]).toMatchObject({ level: 'info', component: 'manager', message: expect.any(String) });
  const quiet = start('venus-sector-manager', [...args, '--log-level', 'error']);
  await expect.poll(() => quiet.lines).toEqual([]);
  expect((await run('venus-sector-manager', [...args, '--log-level', 'loud'])).code).toBe(2);
});

describe('what becomes of the log is nothing to the work', () => {
  test('a full device: worker and manager seal the sector, and answer', async () => {
    const { manager, worker, managerLine, workerLine } = await setup();
    const full = openSync('/dev/full', 'w');
    onTestFinished(() => closeSync(full));
    const daemons = [managerLine, workerLine].map((line) => spawned(line, ['ignore', full, full]));
    await sealed(manager);
    expect([await answers(manager), await answers(worker)]).toEqual([200, 200]);
    expect(daemons.map(({ exitCode, signalCode }) => [exitCode, signalCode])).toEqual([
      [null, null],
      [null, null],
    ]);
  });

  test('a pipe whose reader has stopped: the sector is sealed, and the daemon ends when it is asked to', async () => {
    const { dir, manager, managerLine, workerLine } = await setup();
    const path = join(dir, 'log.fifo');
    expect(spawnSync('mkfifo', [path]).status).toBe(0);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    onTestFinished(() => {
      closeSync(reader);
      closeSync(writer);
    });
    expect(() => {
      for (;;) writeSync(writer, Buffer.alloc(4096, 'x'));
    }).toThrow('EAGAIN');
    // The daemons get the pipe as a shell gives it: blocking.
    const inherited = openSync(path, constants.O_WRONLY);
    onTestFinished(() => closeSync(inherited));
    const daemons = [managerLine, workerLine].map((line) => spawned(line, ['ignore', 'ignore', inherited]));
    await sealed(manager);
    expect(await answers(manager)).toBe(200);
    for (const daemon of daemons) {
      const ended = new Promise((resolve) => daemon.once('exit', resolve));
      daemon.kill('SIGTERM');
      expect(await ended).toBe(0);
    }
  });

  test('a terminal that is closed: the fleet continues to seal', async () => {
    const { manager, worker, managerLine, workerLine } = await setup();
    // A pseudo terminal whose other side is closed while the daemons run in it; the hangup reaches them, too.
    const script = `
import json, os, pty, sys
for line in json.loads(sys.argv[1]):
  pid, side = pty.fork()
  if pid == 0: os.execv(line[0], line)
  print(pid, flush=True)
  said = b''
  while b'listens on' not in said: said += os.read(side, 4096)
  os.close(side)
`;
    const lines = [managerLine, workerLine].map((line) => [process.execPath, ...line]);
    const { status, stdout } = spawnSync('python3', ['-c', script, JSON.stringify(lines)], {
      encoding: 'utf8',
    });
    const pids = stdout.trim().split('\n').map(Number);
    onTestFinished(() => {
      for (const pid of pids) killed(pid);
    });
    expect([status, pids.length]).toEqual([0, 2]);
    await sealed(manager);
    expect(await answers(worker)).toBe(200);
  });

  test('a reader that went away: the sector is sealed', async () => {
    const { manager, worker, managerLine, workerLine } = await setup();
    spawned(managerLine, 'ignore');
    const daemon = spawned(workerLine, ['ignore', 'pipe', 'pipe']);
    daemon.stdout?.destroy();
    daemon.stderr?.destroy();
    await sealed(manager);
    expect(await answers(worker)).toBe(200);
  });
});

function killed(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

describe('--log-file', () => {
  test('is opened again at SIGHUP, as logrotate wants it; the manager is not ended by it', async () => {
    const { dir, manager, managerLine } = await setup();
    const file = join(dir, 'manager.log');
    const daemon = spawned([...managerLine, '--log-file', file], 'ignore');
    await expect.poll(() => textOf(file), { timeout: 45_000 }).toMatch(/listens on/);
    renameSync(file, `${file}.1`);
    daemon.kill('SIGHUP');
    await expect.poll(() => textOf(file)).toMatch(/manager SIGHUP: the log is open again/);
    expect(textOf(`${file}.1`)).toMatch(/listens on/);
    expect(await answers(manager)).toBe(200);
  });

  test('has the error that ended the daemon, and one that cannot be opened is refused', async () => {
    const dir = freshDir();
    const file = join(dir, 'worker.log');
    const args = ['daemon', '-c', join(dir, 'none.toml'), '--log-file'];
    const missing = await run('venus-worker', [...args, file]);
    expect([missing.code, textOf(file)]).toEqual([2, expect.stringMatching(/ error worker .*none\.toml/)]);
    const { code, stderr } = await run('venus-worker', [...args, join(dir, 'nowhere', 'worker.log')]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^error: cannot write the log to .* ENOENT.*; choose another --log-file \(location_not_writable\)\n$/,
      ),
    ]);
  });
});

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
