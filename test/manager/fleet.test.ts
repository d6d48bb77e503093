/** A real worker and a real manager, over real sockets. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadWorkerConfig } from '#src/config/worker-config.js';
import { startManagerServer } from '#src/http/manager/server.js';
import { startWorkerServer } from '#src/http/worker/server.js';
import { freshDir } from '../tools/manager/setup.js';

test('a worker reports at once under its name, and the manager reaches it there', async () => {
  const dir = freshDir();
  const local = { host: '127.0.0.1', port: 0 };
  const manager = await startManagerServer({
    home: join(dir, 'manager'),
    miner: 10000,
    sectorSize: 2048,
    epochMs: 1000,
    limit: 0,
    emit: () => undefined,
    ...local,
  });
  onTestFinished(() => manager.stop());
  const path = join(dir, 'worker.toml');
  writeFileSync(
    path,
    `[worker]
name = "w1"
rpc_server.host = "127.0.0.1"
rpc_server.port = 0
[sector_manager]
rpc_client.addr = "/ip4/127.0.0.1/tcp/${manager.port}"
[[sealing_thread]]
location = ${JSON.stringify(join(dir, 'store1'))}
[[attached]]
location = ${JSON.stringify(join(dir, 'far'))}
`,
  );
  const { roster, relay } = manager.manager;
  const reported = new Promise<void>((resolve) => {
    const ping = roster.ping.bind(roster);
    Object.assign(roster, {
      ping: (info: Parameters<typeof ping>[0]) => {
        ping(info);
        resolve();
      },
    });
  });
  const worker = await startWorkerServer({
    config: loadWorkerConfig(path).config,
    emit: () => undefined,
  });
  onTestFinished(() => worker.stop(0));
  await reported;
  expect(roster.list()).toMatchObject([
    { name: 'w1', dest: `127.0.0.1:${worker.port}`, summary: { threads: 1, empty: 1, paused: 0 } },
  ]);
  expect(await relay.to('w1').threads()).toMatchObject([{ index: 0, plan: 'sealer', sector: null }]);
  expect(await relay.to('w1').command(0, 'pause', { how: 'after-stage' })).toMatchObject({
    changed: true,
    mode: 'paused',
  });
  expect(await relay.to('w1').command(0, 'pause', {})).toMatchObject({ changed: false });
  expect(await relay.to('w1').command(0, 'resume', {})).toMatchObject({ changed: true });
});
