/** A thread without work says why in its own sentence: wrong miner, wrong size, no deals, manager away, DNS, a refusal. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { onWorker, startManager, startWorker, workerToml } from '../tools/e2e/fleet.js';
import { freePort, freshDir } from '../tools/e2e/setup.js';

const soon = { timeout: 20_000, interval: 50 };

const thread = (dir: string, name: string, more: string) =>
  `[[sealing_thread]]\nlocation = ${JSON.stringify(join(dir, name))}\n${more}\n`;
const whyOf = async (at: string, index: number) =>
  (await onWorker(at, 'why', '--index', String(index))).stdout;

test('that the manager has nothing for it: its miner, its size, no deals, no job', async () => {
  const dir = freshDir();
  const manager = await startManager(dir, { pieces: join(freshDir()) });
  const more = [
    thread(dir, 'miner', 'sealing.allowed_miners = [99]'),
    thread(dir, 'size', 'sealing.allowed_sizes = ["512MiB"]'),
    thread(dir, 'deals', ''),
    thread(dir, 'snap', 'plan = "snapup"'),
  ].join('');
  const worker = await startWorker(dir, workerToml(dir, manager.at, { threads: 0, more }));
  const sentences = [
    /has no job .*: wrong miner: this manager seals for t010000, and the thread takes only t099; set its sealing.allowed_miners/,
    /has no job .*: wrong sector size: this manager has sectors of 2KiB, and the thread takes only 512MiB/,
    /waits with s-t010000-1 before AcquireDeals .*: no deals: the manager has none for it now, and disable_cc is set/,
    /has no job .*: no upgrade was requested/,
  ];
  for (const [index, sentence] of sentences.entries())
    await expect.poll(() => whyOf(worker.at, index), soon).toMatch(sentence);
});

test('that nobody listens at the manager’s address, or that its name has no address', async () => {
  const dir = freshDir();
  const away = await startWorker(dir, workerToml(dir, `127.0.0.1:${await freePort()}`));
  await expect
    .poll(() => whyOf(away.at, 0), soon)
    .toMatch(
      /has no job .*: cannot reach 127\.0\.0\.1:\d+ \(ECONNREFUSED\): check that it runs and listens there/,
    );
  const metrics = async () => (await fetch(`http://${away.at}/metrics`)).text();
  expect(await metrics()).toMatch(
    /^sealvisor_allocation_failures_total\{plan="sealer",code="unreachable"\} [1-9]/m,
  );
  const elsewhere = freshDir();
  const nameless = await startWorker(
    elsewhere,
    workerToml(elsewhere, 'manager.invalid:1789').replaceAll('"50ms"', '"100ms"'),
  );
  await expect
    .poll(() => whyOf(nameless.at, 0), soon)
    .toMatch(
      /has no job .*: cannot reach manager\.invalid:1789 \((ENOTFOUND|EAI_AGAIN)\): (DNS knows no address of|the DNS server does not answer for) manager\.invalid/,
    );
});
