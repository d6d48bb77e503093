/** The processors of docs/processors.md, as a worker runs them. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hasPython, printed } from '../tools/conformance/setup.js';
import { finishedStages, startManager, startWorker, workerToml } from '../tools/e2e/fleet.js';
import { bytes, freshDir, run, write } from '../tools/e2e/setup.js';

test.skipIf(!hasPython)('a sector goes to its end with tree_d in Python and transfer in shell', async () => {
  const dir = freshDir();
  const pieces = join(dir, 'pieces');
  write(join(pieces, '1.bin'), bytes(1500, 1));
  const table = (stage: string, bin: string, file: string) =>
    `[[processors.${stage}]]\nbin = ${JSON.stringify(bin)}\nargs = [${JSON.stringify(file)}]\nstable_wait = "30s"`;
  const more = [
    table('tree_d', 'python3', write(join(dir, 'tree_d.py'), printed('python'))),
    table('transfer', '/bin/sh', write(join(dir, 'transfer.sh'), printed('sh'))),
  ].join('\n');
  const manager = await startManager(dir, { pieces });
  const worker = await startWorker(dir, workerToml(dir, manager.at, { more }));
  await worker.line(/s-t010000-1 Finished -> Empty/);
  await worker.end('SIGINT');
  expect(finishedStages(join(dir, 'store1'))).toContain('s-t010000-1 PCLanded -> Persisted');
  const sealed = join(dir, 'remote/sealed/s-t010000-1');
  const { code, stdout } = await run('sealvisor', ['unseal', sealed, '--out', join(dir, 'out'), '--json']);
  expect([code, stdout]).toEqual([0, expect.stringContaining('1500')]);
});
