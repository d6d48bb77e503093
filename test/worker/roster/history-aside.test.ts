import { expect, test } from 'vitest';
import { readHistoryAside } from '#src/worker/roster/history-aside.js';
import { canBeSilent, silentDisk } from '../../tools/e2e/silent-disk.js';
import { freshDir } from '../../tools/processes/setup.js';
import { openStore, recordOf, rowOf } from '../../tools/store/setup.js';

test('the rows are those of the store, with its errors', async () => {
  const { location, ...store } = openStore();
  store.commit(recordOf({ tries: 1 }), rowOf({ message: 'one' }));
  const rows = store.historyJson({});
  await expect(readHistoryAside(location, {})).rejects.toMatchObject({ code: 'location_in_use' });
  store.close();
  expect(await readHistoryAside(location, {})).toBe(rows);
  expect(await readHistoryAside(freshDir(), {})).toBe('[]');
});

test.runIf(canBeSilent)(
  'a disk that does not answer is told within the deadline; this loop turns on',
  async () => {
    const disk = silentDisk(freshDir(), 'hung');
    const started = performance.now();
    const read = readHistoryAside(disk.at, {});
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(performance.now() - started).toBeLessThan(2000);
    await expect(read).rejects.toMatchObject({
      code: 'disk_hung',
      message: expect.stringContaining(disk.at),
    });
    await expect(readHistoryAside(disk.at, {})).rejects.toMatchObject({ code: 'disk_hung' });
  },
);
