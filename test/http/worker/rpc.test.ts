/** `VenusWorker.` as upstream's own tools call it (docs/spec.md#rpc). */
import { expect, test } from 'vitest';
import { workerDumps } from '#src/worker/processors/dumps.js';
import { post, rpc, workerDoors } from '../../tools/http/setup.js';

const key = (name: string) => `VenusWorker.${name}`;

test('WorkerList holds the fields of both versions for every thread', async () => {
  const { app } = workerDoors();
  const { result } = await rpc(app, key('WorkerList'));
  const fields = [
    'location sector_id index paused paused_elapsed state last_error',
    'plan job_id thread_state job_state job_stage',
  ];
  const threads = result as readonly Record<string, unknown>[];
  for (const thread of threads)
    expect(Object.keys(thread).toSorted()).toEqual(fields.join(' ').split(' ').toSorted());
  expect(threads).toMatchObject([
    {
      index: 0,
      location: '/store1',
      sector_id: null,
      paused: false,
      paused_elapsed: null,
      state: 'Empty',
      last_error: null,
      plan: 'sealer',
      job_id: null,
      thread_state: { state: 'Idle' },
      job_state: 'Empty',
      job_stage: null,
    },
    {
      index: 1,
      sector_id: { Miner: 10000, Number: 2 },
      paused: true,
      paused_elapsed: expect.any(Number),
      state: 'C1Done',
      last_error: 'permanent: No cached parameters found',
      job_id: 's-t010000-2',
      thread_state: { state: 'Paused', elapsed: expect.any(Number) },
      job_state: 'C1Done',
      job_stage: 'C2',
    },
  ]);
});

test('any path takes a call', async () => {
  const { app } = workerDoors();
  for (const path of ['/', '/rpc/v0', '/some/where'])
    expect(await rpc(app, key('WorkerVersion'), [], path)).toMatchObject({ result: '1.2.3' });
});

test('a request without parameters, or with null for them, is taken', async () => {
  const { app } = workerDoors();
  for (const params of [undefined, null, [], {}])
    expect(await rpc(app, key('WorkerVersion'), params)).toMatchObject({ result: '1.2.3' });
});

test('pause and resume say whether anything changed', async () => {
  const { app } = workerDoors();
  const call = async (name: string, ...params: unknown[]) => (await rpc(app, key(name), params)).result;
  expect(await call('WorkerPause', 0)).toBe(true);
  expect(await call('WorkerPause', 0)).toBe(false);
  expect(await call('WorkerResume', 0)).toBe(true);
  expect(await call('WorkerResume', 0, null)).toBe(false);
  expect(await call('WorkerResume', 1, 'PC1Done')).toBe(true);
});

test('a command goes to its thread alone, with who gave it and an id: the one that was given, else a new one', async () => {
  const { app, sent } = workerDoors();
  await rpc(app, key('WorkerResume'), { index: 1, state: 'PC1Done' });
  await rpc(app, key('WorkerPause'), [0]);
  await rpc(app, key('WorkerPause'), [1, 'mine']);
  const by = 'json-rpc';
  const made = { id: expect.stringMatching(/^[0-9a-f-]{36}$/) };
  expect(sent).toEqual([
    {
      index: 1,
      verb: 'obey',
      args: [{ type: 'THREAD.RESUME', state: 'PC1Done', force: false, by, reason: null }, made],
    },
    {
      index: 0,
      verb: 'obey',
      args: [{ type: 'THREAD.PAUSE', how: 'after-stage', by, reason: null }, made],
    },
    {
      index: 1,
      verb: 'obey',
      args: [{ type: 'THREAD.PAUSE', how: 'after-stage', by, reason: null }, { id: 'mine' }],
    },
  ]);
});

test.each([
  ['WorkerPause', [2], 'thread_not_found', '#2'],
  ['WorkerPause', [-1], 'thread_not_found', '#-1'],
  ['WorkerPause', [1.5], 'thread_not_found', '#1.5'],
  ['WorkerPause', ['0'], 'invalid_request', 'index "0"'],
  ['WorkerPause', [null], 'invalid_request', 'index null'],
  ['WorkerPause', [], 'invalid_request', 'index is missing'],
  ['WorkerPause', {}, 'invalid_request', 'index is missing'],
  ['WorkerResume', [2, null], 'thread_not_found', '#2'],
  ['WorkerResume', [true, 'PC1Done'], 'invalid_request', 'index true'],
])('%s%j is refused, with the indexes that are allowed', async (name, params, code, what) => {
  const { app, sent } = workerDoors();
  expect((await rpc(app, key(name), params)).error).toMatchObject({
    code: -32602,
    message: expect.stringMatching(new RegExp(`${what}.*0 to 1$`)),
    data: { code },
  });
  expect(sent).toEqual([]);
});

test('an unknown state is refused with the states that are known and those possible now', async () => {
  const { app } = workerDoors();
  expect((await rpc(app, key('WorkerResume'), [1, 'Nowhere'])).error).toEqual({
    code: -32602,
    message: 'unknown state Nowhere: plan sealer knows Empty, Allocated',
    data: { code: 'unknown_state', possible: ['PC1Done', 'PC2Done', 'C1Done', 'Aborted'] },
  });
});

test('a state that is no name is refused, and the message says what is wanted', async () => {
  const { app } = workerDoors();
  expect((await rpc(app, key('WorkerResume'), [1, 5])).error).toMatchObject({
    code: -32602,
    message: expect.stringMatching(/^state: expected a text of at most 64 characters \(found 5\)$/),
    data: { code: 'invalid_request' },
  });
});

test('SetEnv and RemoveEnv go to the control, and answer nothing', async () => {
  const asked: unknown[] = [];
  const { app } = workerDoors(undefined, {
    setEnv: async (...args) => void asked.push(['set', ...args]),
    removeEnv: async (...args) => void asked.push(['remove', ...args]),
  });
  const name = 'DUMP_ERR_RESP_4711';
  const nothing = { jsonrpc: '2.0', id: 7, result: null };
  expect(await rpc(app, key('WorkerSetEnv'), [name, '/tmp/lines'])).toEqual(nothing);
  expect(await rpc(app, key('WorkerSetEnv'), { name, value: '/tmp' })).toEqual(nothing);
  expect(await rpc(app, key('WorkerRemoveEnv'), [name])).toEqual(nothing);
  const who = { by: 'json-rpc', id: expect.any(String) };
  expect(asked).toEqual([
    ['set', name, '/tmp/lines', who],
    ['set', name, '/tmp', who],
    ['remove', name, who],
  ]);
});

test.each([
  ['WorkerSetEnv', ['RUST_LOG', '/tmp'], 'RUST_LOG'],
  ['WorkerSetEnv', [7, '/tmp'], '7'],
  ['WorkerSetEnv', [null, '/tmp'], 'null'],
  ['WorkerRemoveEnv', [], 'nothing'],
  ['WorkerRemoveEnv', ['DUMP_ERR_RESP_1'], 'DUMP_ERR_RESP_1'],
])('%s%j is refused: it is not a dump variable of a child', async (method, params, name) => {
  const { setEnv, removeEnv } = workerDumps(() => undefined);
  const { app } = workerDoors(undefined, { setEnv, removeEnv });
  expect((await rpc(app, key(method), params)).error).toEqual({
    code: -32602,
    message: `${name} is not a dump variable of a processor child: no processor child runs`,
    data: { code: 'invalid_request' },
  });
});

test('SetEnv without a value says that one is wanted', async () => {
  const { app } = workerDoors();
  expect((await rpc(app, key('WorkerSetEnv'), ['DUMP_ERR_RESP_1'])).error).toMatchObject({
    code: -32602,
    message: expect.stringMatching(/^value: expected a text/),
  });
});

test('a worker that stops refuses commands and says so', async () => {
  const { app, stop } = workerDoors();
  stop();
  expect((await rpc(app, key('WorkerPause'), [0])).error).toMatchObject({
    code: -32000,
    data: { code: 'shutting_down' },
  });
  expect((await post(app, '/api/v1/threads/0/pause', {})).status).toBe(503);
});
