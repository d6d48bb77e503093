import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtinStages } from '#src/protocol/stages.js';
import { run } from '../tools/e2e/setup.js';
import { freshDir, started, venusWorker } from '../tools/processes/setup.js';

const start = (stage: string) =>
  started({
    args: [venusWorker, 'processor', stage],
    ready: { line: `${stage} processor ready`, withinMs: 20_000 },
    termAfterMs: 60_000,
    graceMs: 60_000,
  });

test.each(builtinStages)('processor %s says that it is ready, and ends with its input', async (stage) => {
  expect(await run('venus-worker', ['processor', stage])).toEqual({
    code: 0,
    stdout: `${stage} processor ready\n`,
    stderr: '',
  });
});

test.each([['winning_post'], ['PC1'], ['']])('an unknown stage %j is wrong usage', async (stage) => {
  const { code, stdout, stderr } = await run('venus-worker', ['processor', stage]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(
    /^error: no built-in processor does .*: there are add_pieces, tree_d, pc1, .*, window_post; .* \(usage\)\n$/,
  );
});

test('it is no command for operators: the help of venus-worker does not name it', async () => {
  expect((await run('venus-worker', ['--help'])).stdout).not.toContain('processor');
  expect((await run('venus-worker', ['processor', '--help'])).stdout).toContain('until stdin ends');
});

test('what is no request is told on stderr, what is no task is refused', async () => {
  const { child, line } = await start('tree_d');
  await child.write('nonsense');
  expect(await line(/nonsense/)).toBe('not a request: nonsense');
  await child.write('{"id":4,"task":7}');
  expect(await line(/"id":4/)).toBe(
    '{"id":4,"err_msg":"permanent: a task of tree_d is a JSON object","output":null}',
  );
});

test('window_post as a child answers for sectors whose files are gone; a task that cannot be is answered with its level', async () => {
  const { child, line } = await start('window_post');
  const bytes = new Array(32).fill(1);
  const replica = { sector_id: 7, comm_r: bytes, cache_dir: '/nowhere', sealed_file: '/nowhere/s' };
  const task = { miner_id: 1, proof_type: 'StackedDrgWindow2KiBV1_1', replicas: [replica], seed: bytes };
  await child.write(JSON.stringify({ id: 1, task }));
  expect(await line(/"id":1,"err/)).toBe('{"id":1,"err_msg":null,"output":{"proofs":[],"faults":[7]}}');
  await child.write(JSON.stringify({ id: 2, task: { ...task, proof_type: 'none' } }));
  expect(await line(/"id":2/)).toMatch(/"err_msg":"permanent: unknown proof none: .*","output":null/);
});

test('a Ctrl-C does not end it before its worker does', async () => {
  const { child, line } = await start('c2');
  process.kill(child.pid, 'SIGINT');
  await line(/ends when its input ends/);
  await child.stop();
  expect(await child.exited).toEqual({ kind: 'shutdown' });
});

test('in the middle of its work it ends with its input, and leaves nothing half-written', async () => {
  const dir = freshDir();
  const cache = join(dir, 'cache');
  const { child, line } = await start('pc1');
  const bytes = new Array(32).fill(1);
  const task = {
    registered_proof: 'StackedDrg512MiBV1_1',
    cache_path: cache,
    in_path: join(dir, 'staged'),
    out_path: join(dir, 'sealed'),
    prover_id: bytes,
    sector_id: 1,
    ticket: bytes,
    piece_infos: [{ commitment: bytes, size: (512 * 2 ** 20 * 127) / 128 }],
  };
  await child.write(JSON.stringify({ id: 1, task }));
  await line(/"progress"/);
  expect(readdirSync(cache).length).toBeGreaterThan(0);
  await child.stop();
  expect(await child.exited).toEqual({ kind: 'shutdown' });
  expect(readdirSync(cache)).toEqual([]);
});
