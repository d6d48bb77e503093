/** Who a worker is where its home cannot be opened. */

import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openHome } from '#src/worker/home.js';
import type { NotedWorker } from '#src/worker/roots/roots.js';
import { warningsTo } from '../tools/protocol/told-events.js';
import { freshDir } from '../tools/worker/setup.js';

const nothing: NotedWorker = { worker: null, workerOfShared: null, isHomeNew: false };

function setup() {
  const dir = freshDir();
  const [home, other] = [join(dir, 'store1'), join(dir, 'store2')];
  for (const path of [home, other]) mkdirSync(path);
  const warnings: string[] = [];
  const threads = [home, other].map((location) => ({ location })) as unknown as Parameters<
    typeof openHome
  >[0]['threads']; // Nothing else of them is asked for.
  const open = (noted: Partial<NotedWorker>, missing: readonly string[] = [home]) => {
    const found = openHome(
      { home, threads },
      {
        faultOf: (path) => (missing.includes(path) ? new Error(`${path} is missing`) : undefined),
        noted: { ...nothing, ...noted },
        emit: warningsTo(warnings),
      },
    );
    const { store, workerId, place } = found;
    store.close();
    return { id: store.id, workerId, place };
  };
  return { open, home, other, warnings };
}

test('a home that was in use and is missing, with no id noted anywhere: the id is of this run, and said to be', () => {
  const { open, warnings, home } = setup();
  const [one, two] = [open({}), open({})];
  expect([one.workerId, two.workerId]).toEqual([null, null]);
  expect(one.id).not.toBe(two.id);
  expect(warnings[0]).toContain(`it has the id ${one.id} until it is started with ${home}`);
  // Nor does it stay anywhere: the home's own id comes back with the home.
  const back = open({}, []);
  expect([one.id, two.id]).not.toContain(back.id);
  expect(open({}, []).id).toBe(back.id);
});

test('a home that was never used: the id that is made in its place stays the worker’s', () => {
  const { open, other } = setup();
  const first = open({ isHomeNew: true });
  expect(first).toMatchObject({ workerId: first.id, place: other });
  expect(open({ isHomeNew: true }).id).toBe(first.id);
  expect(open({ worker: first.id }, [])).toMatchObject({ id: first.id });
});

test('a home with an id of its own goes by that, whatever is noted elsewhere', () => {
  const { open } = setup();
  const own = open({}, []);
  expect(open({ worker: 'another' }, []).id).toBe(own.id);
});

test('where nothing can be opened the noted id is the worker’s all the same', () => {
  const { open, home, other } = setup();
  expect(open({ worker: 'w' }, [home, other])).toEqual({ id: 'w', workerId: 'w', place: undefined });
  expect(existsSync(join(home, 'sealvisor-worker.db'))).toBe(false);
});
