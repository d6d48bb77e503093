/** A plan whose sectors could not be proven is not taken: by no start, no reload, no hot configuration. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadWorkerConfig } from '#src/config/worker-config.js';
import { freshDir, noJobs, rejectionOf, setup } from '../../tools/worker/setup.js';

/** A program that serves any stage, and is not ours: `cat` would be as good. */
const silent = `#!/bin/sh\necho "$1 processor ready"\nexec cat > /dev/null\n`;

async function onFile(plan: string, stages: readonly string[]) {
  const home = freshDir();
  const path = join(home, 'worker.toml');
  const bin = join(home, 'theirs');
  writeFileSync(bin, silent, { mode: 0o755 });
  const write = (planNow: string, stagesNow: readonly string[]) =>
    writeFileSync(
      path,
      `sector_manager.rpc_client.addr = "http://127.0.0.1:9"
[worker.rpc_server]
host = "127.0.0.1"
port = 0
[[sealing_thread]]
location = ${JSON.stringify(join(home, 'store0'))}
plan = "${planNow}"
[[attached]]
name = "long"
location = ${JSON.stringify(join(home, 'long'))}
${stagesNow.map((stage) => `[[processors.${stage}]]\nbin = ${JSON.stringify(bin)}\nargs = ["${stage}"]\nstable_wait = "30s"`).join('\n')}
`,
    );
  write(plan, stages);
  const { config } = loadWorkerConfig(path);
  const service = {
    ...noJobs,
    allocateSnapUpSector: async () => null,
    allocateUnsealSector: async () => null,
  };
  const start = () => setup({ home, config, service });
  return { write, start, home };
}

test('a start is refused, with the plan, the stage and what to add', async () => {
  const { start } = await onFile('snapup', ['snap_encode', 'snap_prove']);
  expect(await rejectionOf(start())).toMatchObject({
    code: 'config_invalid',
    message: expect.stringMatching(
      /sealing_thread\[0\] in .*worker\.toml: plan snapup could not be proven: .*\[\[processors\.snap_vanilla\]\]/,
    ),
  });
});

test('a reload is refused, dry or not, and changes nothing', async () => {
  const { start, write } = await onFile('unseal', ['snap_encode', 'snap_prove']);
  const { control, worker } = await start();
  const before = worker.config();
  write('snapup', ['snap_encode', 'snap_prove']);
  for (const dryRun of [true, false])
    expect(await rejectionOf(control.reload({ dryRun }))).toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('[[processors.snap_vanilla]]'),
    });
  expect(worker.config()).toBe(before);
});

test('a plan that only the processors of the next start could prove waits for that start', async () => {
  const { start, write } = await onFile('unseal', ['snap_encode', 'snap_prove']);
  const { control, worker } = await start();
  const before = worker.config();
  write('snapup', ['snap_encode', 'snap_vanilla', 'snap_prove']);
  expect(await rejectionOf(control.reload({}))).toMatchObject({
    code: 'config_invalid',
    message: expect.stringMatching(/\[\[processors\.snap_vanilla\]\].*restart it instead of the reload$/),
  });
  expect(worker.config()).toBe(before);
});

test('processors that only the next start would run are refused by the reload before it', async () => {
  const { start, write } = await onFile('sealer', []);
  const { control } = await start();
  write('sealer', ['pc2']);
  expect(await rejectionOf(control.reload({ dryRun: true }))).toMatchObject({
    code: 'config_invalid',
    message: expect.stringContaining('plan sealer could not be proven'),
  });
});

test('a hot configuration with such a plan has no effect, and one warning says why', async () => {
  const { start, home } = await onFile('unseal', ['snap_encode']);
  mkdirSync(join(home, 'store0'), { recursive: true });
  writeFileSync(join(home, 'store0', 'config.toml'), 'plan = "snapup"\n');
  const { control, warnings } = await start();
  await expect.poll(() => control.thread(0).plan).toBe('unseal');
  expect(warnings.filter((line) => line.includes('config.toml'))).toEqual([
    expect.stringMatching(
      /config\.toml: plan snapup could not be proven: .*thread #0 keeps its previous settings/,
    ),
  ]);
});
