/** Who may send a signal to a daemon may not look into it: SIGUSR1 would open Node's inspector to everyone on the machine. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startManager, startWorker, workerToml } from '../tools/e2e/fleet.js';
import { freePort, freshDir, type Running, start, write } from '../tools/e2e/setup.js';

/** Each is up when this resolves. */
const programs: readonly (readonly [string, (dir: string) => Promise<Running>])[] = [
  ['a manager', (dir) => startManager(dir)],
  // Nothing listens at its manager's address.
  ['a worker', (dir) => startWorker(dir, workerToml(dir, '127.0.0.1:1'))],
  [
    'a whole fleet',
    async (dir) => {
      write(join(dir, 'venus-worker.toml'), workerToml(dir, `127.0.0.1:${await freePort()}`));
      write(join(dir, 'pieces', '1.bin'), 'piece');
      const fleet = start('sealvisor', ['start', '--home', dir, '--pieces', join(dir, 'pieces')]);
      await fleet.line(/s-t010000-1/);
      return fleet;
    },
  ],
];

test.each(programs)('SIGUSR1 opens no inspector in %s, and does not end it', async (_, startIn) => {
  const running = await startIn(freshDir());
  process.kill(running.pid, 'SIGUSR1');
  process.kill(running.pid, 'SIGUSR1');
  const { code, stdout, stderr } = await running.end('SIGTERM');
  expect(stdout + stderr).not.toMatch(/debugger|inspector/i);
  expect(code).toBe(0);
});
