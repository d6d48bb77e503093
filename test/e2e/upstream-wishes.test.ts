/** What an upstream manager wants of a sector it says with the answer to a report alone: a thread that has nothing to report asks for it. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startWorker, workerToml } from '../tools/e2e/fleet.js';
import { freshDir } from '../tools/e2e/setup.js';
import { upstreamManager } from '../tools/upstream/manager.js';

const soon = { timeout: 20_000, interval: 50 };

test('in the middle of a long PC1 an abort is heard by asking each rpc_polling_interval, and is told back', async () => {
  const dir = freshDir();
  const wish = { reason: '' };
  const manager = await upstreamManager({
    version: 'today',
    store: { name: 'remote', dir: join(dir, 'remote') },
    offers: { sectors: [{ number: 1, pieces: [] }] },
    change: (method, _, result) =>
      method === 'ReportState' && typeof result === 'object'
        ? { ...result, AbortReason: wish.reason }
        : result,
  });
  const more = '[sealvisor.builtin]\nleast = { pc1 = "1h" }';
  const toml = workerToml(dir, manager.at, { more }).replace('disable_cc = true', 'disable_cc = false');
  const worker = await startWorker(dir, toml);
  await worker.line(/s-t010000-1 TreeDBuilt -> TicketAssigned/);
  const states = () => manager.sectors.get(1)?.states ?? [];
  const told = states().length;
  await expect.poll(() => states().length, soon).toBeGreaterThan(told + 3);
  // The same report: it says nothing new.
  expect(new Set(states().slice(told))).toEqual(new Set(['TreeDBuilt -> TicketAssigned']));
  wish.reason = 'deals withdrawn';
  await worker.line(/s-t010000-1 Aborted -> Empty/);
  expect(manager.sectors.get(1)).toMatchObject({ abortReason: expect.stringContaining('deals withdrawn') });
  expect(manager.faults).toEqual([]);
});
