/** `venus-worker store`: the marks of a worker's directories, without a running daemon. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freshDir, run, write } from '../../tools/e2e/setup.js';

function setup() {
  const dir = freshDir();
  const toml = `[sector_manager]
rpc_client.addr = "/ip4/127.0.0.1/tcp/1789"
[[sealing_thread]]
location = ${JSON.stringify(join(dir, 'store1'))}
[[sealing_thread]]
location = ${JSON.stringify(join(dir, 'store2'))}
[[attached]]
name = "far"
location = ${JSON.stringify(join(dir, 'far'))}
`;
  const config = write(join(dir, 'worker.toml'), toml);
  const store = (...args: readonly string[]) => run('venus-worker', ['store', ...args]);
  const states = async () =>
    (JSON.parse((await store('list', '-c', config, '--json')).stdout) as { state: string }[]).map(
      ({ state }) => state,
    );
  return { dir, config, store, states };
}

test('init marks all; a mark that is gone is missing until its directory is named', async () => {
  const { dir, config, store, states } = setup();
  expect(await states()).toEqual(['new', 'new', 'new']);
  expect((await store('init', '-c', config)).code).toBe(0);
  expect(await states()).toEqual(['ok', 'ok', 'ok']);

  rmSync(join(dir, 'store1'), { recursive: true });
  mkdirSync(join(dir, 'store1'));
  expect(await states()).toEqual(['missing', 'ok', 'ok']);
  expect(await store('check', '-c', config)).toMatchObject({ code: 1 });
  expect(await store('init', '-c', config)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('(wrong_disk)'),
  });
  expect(readdirSync(join(dir, 'store1'))).toEqual([]);
  expect((await store('init', '-c', config, '-l', join(dir, 'store1'))).code).toBe(0);
  expect(await states()).toEqual(['ok', 'ok', 'ok']);
  expect(await store('check', '-c', config)).toMatchObject({ code: 0 });
});

test("upstream's names make marks as well", async () => {
  const { dir, store, states } = setup();
  await store('sealing-init', '-l', join(dir, 'store1'), join(dir, 'store2'));
  await store('file-init', '--loc', join(dir, 'far'));
  expect(await states()).toEqual(['ok', 'ok', 'ok']);
});
