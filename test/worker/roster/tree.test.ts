import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { serviceChild, type TreeNode } from '#src/actors/index.js';
import { openThreadStore } from '#src/store/thread-store.js';
import { deadly, freshDir, goodTicket, isIn, noJobs, setup } from '../../tools/worker/setup.js';

function nodeOf(root: TreeNode, id: string): TreeNode | undefined {
  if (root.id === id) return root;
  for (const child of root.children) {
    const found = nodeOf(child, id);
    if (found) return found;
  }
  return undefined;
}

test('the tree shows the doors, and the threads behind them', async () => {
  const door = serviceChild(() => ({ stop: () => undefined }));
  const { worker } = await setup({
    threads: 2,
    service: noJobs,
    doors: () => [{ id: 'control', start: door }],
  });
  expect(worker.tree()).toMatchObject({
    id: 'worker',
    strategy: 'one_for_one',
    pid: process.pid,
    children: [
      { id: 'control', status: 'running' },
      { id: 'processors', type: 'supervisor', children: [] },
      {
        id: 'threads',
        type: 'supervisor',
        children: [
          { id: 'thread-0', type: 'worker', status: 'running', threadId: expect.any(Number) },
          { id: 'thread-1', type: 'worker', status: 'running', threadId: expect.any(Number) },
        ],
      },
    ],
  });
});

test('a door that breaks is started again alone', async () => {
  let broke: (error: unknown) => void = () => undefined;
  let starts = 0;
  const { promise: isBack, resolve: again } = Promise.withResolvers<void>();
  const start = serviceChild((fail) => {
    broke = fail;
    if (++starts === 2) again();
    return { stop: () => undefined };
  });
  const { worker } = await setup({ service: noJobs, doors: () => [{ id: 'heartbeat', start }] });
  broke(new Error('no route'));
  await isBack;
  // The start was seen from inside; the supervisor hears of it in the next turn.
  await new Promise((resolve) => setImmediate(resolve));
  expect(nodeOf(worker.tree(), 'heartbeat')).toMatchObject({
    incarnation: 2,
    lastExit: { reason: 'no route' },
  });
  expect(nodeOf(worker.tree(), 'thread-0')).toMatchObject({ incarnation: 1, restarts: { total: 0 } });
});

test('a thread that died shows its restart and why; the other one is untouched', async () => {
  let asked = 0;
  const { worker, until } = await setup({
    threads: 2,
    service: { assignTicket: async () => (++asked === 1 ? deadly : goodTicket) },
    sealingOf: (index) => (index === 0 ? {} : { allowedMiners: [1] }),
  });
  await until(0, (view) => view.incarnation === 2 && view.mode === 'resting');
  expect(nodeOf(worker.tree(), 'thread-0')).toMatchObject({
    incarnation: 2,
    restarts: { total: 1 },
    lastExit: { kind: 'crash', reason: expect.stringContaining('cannot write the record') },
  });
  expect(nodeOf(worker.tree(), 'thread-1')).toMatchObject({ incarnation: 1, lastExit: null });
});

test('a failed thread is shown with its reason, and restarted by hand once its cause is fixed', async () => {
  const home = freshDir();
  const location = join(home, 'store0');
  openThreadStore(location).close();
  const spoilt = new Database(join(location, 'sealvisor.db'));
  spoilt.prepare("insert into record (id, version, body) values (1, 1, 'not what was written')").run();
  spoilt.close();
  const { worker, control, until } = await setup({ home, service: noJobs });
  expect(nodeOf(worker.tree(), 'thread-0')).toMatchObject({
    status: 'failed',
    lastExit: { reason: expect.stringContaining('cannot be read') },
  });
  const still = await control.restart(0, { by: 'alice' });
  expect(still).toMatchObject({
    changed: true,
    mode: 'failed',
    message: expect.stringContaining('failed again'),
  });
  const mended = new Database(join(location, 'sealvisor.db'));
  mended.exec('delete from record');
  mended.close();
  const back = await control.restart(0, { by: 'alice' });
  expect(back).toMatchObject({ changed: true, message: expect.stringContaining('is started again') });
  await until(0, isIn('Empty', 'idle'));
  expect(nodeOf(worker.tree(), 'thread-0')).toMatchObject({ status: 'running' });
  expect(await control.restart(0, {})).toMatchObject({
    changed: false,
    message: 'thread #0 is not failed: it is idle at Empty',
  });
});

test('many threads stop side by side', async () => {
  const { worker, control } = await setup({ threads: 8, service: noJobs });
  expect(control.threads()).toHaveLength(8);
  await worker.stop(5000);
  await worker.ended;
});
