/** A location whose disk answers nothing, be it a look at a name, when the worker starts. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startManager, startWorker, threadsOf, workerToml } from '../tools/e2e/fleet.js';
import { asked } from '../tools/e2e/frozen-disk.js';
import { bytes, freshDir, write } from '../tools/e2e/setup.js';
import { canBeSilent, silentDisk } from '../tools/e2e/silent-disk.js';

describe.runIf(canBeSilent)('a location whose disk answers nothing from the start on', () => {
  test('fails its thread with the reason; the other seals, control and the end of the worker wait for nothing', async () => {
    const dir = freshDir();
    for (let at = 1; at <= 5; at += 1) write(join(dir, 'pieces', `${at}.bin`), bytes(2000, at));
    const disk = silentDisk(dir, 'store1');
    const manager = await startManager(dir, { pieces: join(dir, 'pieces') });
    const more = `[sealvisor]\nhome = ${JSON.stringify(join(dir, 'home'))}\nstop_grace = "2s"\n`;
    const worker = await startWorker(dir, workerToml(dir, manager.at, { threads: 2, more }));
    await worker.line(/#1 \S+ ProofSubmitted -> Finished/);
    expect(await threadsOf(worker.at)).toMatchObject([
      { mode: 'failed', lastError: { message: expect.stringContaining(disk.at) } },
      {},
    ]);
    expect((await asked(worker, 'threads/0/history')).body).toMatchObject({ code: 'disk_hung' });
    expect((await asked(worker, 'threads')).ms).toBeLessThan(1000);
    await worker.end('SIGTERM');
  });
});
