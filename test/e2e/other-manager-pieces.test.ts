/** A piece is fetched by a plain GET: it is asked only of the manager that dealt it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startManager, startWorker, threadsOf, workerToml } from '../tools/e2e/fleet.js';
import { bytes, freePort, freshDir, write } from '../tools/e2e/setup.js';
import { wireTo } from '../tools/e2e/wire.js';

test('a piece that another manager at the address does not have is waited for until the first one is back', async () => {
  const dir = freshDir();
  const [pieces, none] = [join(dir, 'pieces'), join(dir, 'none')];
  write(join(pieces, '1.bin'), bytes(2000, 1));
  mkdirSync(none);
  const port = await freePort();
  const manage = (home: string, from: string) => {
    mkdirSync(join(dir, home), { recursive: true });
    return startManager(join(dir, home), { port, pieces: from });
  };
  const first = await manage('one', pieces);
  const wire = await wireTo(port);
  const deals = wire.hold('AcquireDeals', 'answer');
  const worker = await startWorker(dir, workerToml(dir, wire.at));
  await deals.reached();
  await first.end('SIGTERM');
  const other = await manage('two', none);
  deals.letGo();
  await worker.line(/#0 s-t010000-1 Allocated -> DealsAcquired/);
  await expect
    .poll(async () => (await threadsOf(worker.at))[0], { timeout: 30_000, interval: 50 })
    .toMatchObject({
      state: 'DealsAcquired',
      mode: expect.not.stringMatching('paused'),
      lastError: { level: 'temporary', message: expect.stringContaining('another manager answers') },
    });
  await other.end('SIGTERM');
  await manage('one', pieces);
  await worker.line(/#0 s-t010000-1 Finished -> Empty/);
});
