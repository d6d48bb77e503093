/** Programs of somebody in a real worker: found and refused at the start, frozen, and lost with the daemon only knowingly. */
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { onWorker, startManager, startWorker, threadsOf, workerToml } from '../tools/e2e/fleet.js';
import { bytes, fileOf, freshDir, run, write } from '../tools/e2e/setup.js';

/** Says that it is ready, and never answers. */
const silent = `#!/bin/sh
echo "$2 processor ready"
cat > /dev/null
`;

function program(dir: string, text = silent): string {
  const path = write(join(dir, 'bin', 'plugin'), text);
  chmodSync(path, 0o755);
  return path;
}

describe('a program that cannot be run stops the start: one line, key and file, exit 2', () => {
  test.each([
    [
      'a directory',
      'bin = "DIR/bin"',
      'processors.pc1[0].bin = "DIR/bin": DIR/bin is a directory: name the program in it',
    ],
    ['a missing one', 'bin = "DIR/none"', 'processors.pc1[0].bin = "DIR/none": DIR/none does not exist'],
    [
      'one that is not executable',
      'bin = "DIR/worker.toml"',
      'DIR/worker.toml is not executable: chmod +x it',
    ],
    [
      'a name that PATH does not have',
      'bin = "no-such-pc1"',
      'processors.pc1[0].bin = "no-such-pc1": no executable of this name is on PATH',
    ],
    [
      'CPUs that are not there',
      'cgroup.cpuset = "9000"',
      'processors.pc1[0].cgroup.cpuset = "9000": there is no CPU 9000',
    ],
    ['no task at all', 'concurrent = 0', 'processors.pc1[0].concurrent = 0'],
    [
      'a lock that nobody defined',
      'locks = ["gpu"]',
      'no lock gpu: [processors.ext_locks] defines nothing yet',
    ],
  ])('%s', async (_, line, message) => {
    const dir = freshDir();
    mkdirSync(join(dir, 'bin'));
    const more = `[[processors.pc1]]\n${line.replaceAll('DIR', dir)}`;
    const path = write(join(dir, 'worker.toml'), workerToml(dir, '127.0.0.1:9', { more }));
    const { code, stdout, stderr } = await run('venus-worker', ['daemon', '-c', path]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: [^\n]* \(config_invalid\)\n$/);
    expect(stderr).toContain(message.replaceAll('DIR', dir));
  });
});

test('frozen work is shown, a stop without --yes refuses to lose it, and SIGTERM says what is lost', async () => {
  const dir = freshDir();
  const pieces = join(dir, 'pieces');
  write(join(pieces, '1.bin'), bytes(1500, 1));
  const manager = await startManager(dir, { pieces });
  // Named behind it, our command makes it a wrapper of ours: it is as good as our other processors.
  const args = JSON.stringify(['processor', 'pc1', fileOf('venus-worker')]);
  const more = `[[processors.pc1]]\nbin = "${program(dir)}"\nargs = ${args}`;
  const worker = await startWorker(dir, workerToml(dir, manager.at, { more }));
  const at = async () => (await threadsOf(worker.at)).find(({ processor }) => processor?.pid != null);
  await expect.poll(at, { timeout: 20_000 }).toBeDefined();
  const view = await at();
  const index = String(view?.index);
  expect((await onWorker(worker.at, 'pause', '--index', index, '--freeze')).code).toBe(0);
  const held = new RegExp(`^#${index} +pc1 +${view?.processor?.pid} +[\\d.]+ [KMG]iB$`, 'm');
  await expect
    .poll(async () => (await onWorker(worker.at, 'info')).stdout, { timeout: 20_000 })
    .toMatch(held);
  expect((await onWorker(worker.at, 'list', '--wide')).stdout).toMatch(/, frozen="[\d.]+ [KMG]iB"/);
  const refused = await onWorker(worker.at, 'stop');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/frozen: #\d pc1 \(pid \d+.*started over.*--yes/);
  const { stderr, code } = await worker.end('SIGTERM');
  expect(code).toBe(0);
  expect(stderr).toMatch(
    / warn {2}worker the pc1 process frozen for thread #\d \(pid \d+\) ends with the worker: its stage is started over/,
  );
});
