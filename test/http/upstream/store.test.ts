/** Where the home of a manager in front of another one fails, what workers ask is passed on all the same. */

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test, vi } from 'vitest';
import { Reach } from '#src/manager/upstream/reach.js';
import { Sightings } from '#src/manager/upstream/sightings.js';
import { type Emit, lineOf } from '#src/protocol/events/table.js';
import { openUpstreamStore } from '#src/store/upstream-store.js';
import { behind, front, pingBody, rpcBody, send, soon } from '../../tools/http/upstream-setup.js';
import { freshDir } from '../../tools/manager/setup.js';

const ID = { Miner: 10000, Number: 7 };
const allocated = { method: 'AllocateSector', params: [{}], answer: { result: { ID, ProofType: 5 } } };

function lined() {
  const lines: string[] = [];
  const emit: Emit = (event) => void lines.push(lineOf(event).message);
  return { lines, emit };
}

test('a disk that takes no more is said once, and once when it does again; the latest of each sector is kept then', () => {
  const store = openUpstreamStore(join(freshDir(), 'upstream.db'));
  let isFull = true;
  const { lines, emit } = lined();
  const failing = {
    ...store,
    putSeen: (...rows: Parameters<typeof store.putSeen>) => {
      if (isFull) throw new Error('database or disk is full');
      store.putSeen(...rows);
    },
  };
  const seen = new Sightings(failing, { clock: { now: () => 0 }, emit });
  for (let n = 0; n < 3; n += 1) {
    seen.see(allocated);
    expect(seen.view({ miner: 10000, number: 7 })).toMatchObject({ state: 'Allocated' });
  }
  expect(lines.filter((line) => line.includes('is not kept: database or disk is full'))).toHaveLength(1);
  isFull = false;
  seen.see({ ...allocated, method: 'AssignTicket', params: [ID] });
  seen.stop();
  expect(lines.filter((line) => line.includes('is kept again'))).toHaveLength(1);
  expect(store.seen()).toHaveLength(1);
  store.close();
});

test('while its database cannot be opened, calls pass and reports are refused in words; restored, they are taken again', async () => {
  const upstream = await behind();
  let breaks = (_: unknown): void => undefined;
  let fault: Error | undefined;
  const open: typeof openUpstreamStore = (path, onBroken = () => undefined) => {
    if (fault) throw fault;
    breaks = onBroken;
    return openUpstreamStore(path, onBroken);
  };
  const { url, lines, front: manager } = await front(upstream.url, freshDir(), { open });
  const pinged = async () => (await send(url, { body: pingBody('w1') })).bytes.toString();
  expect(await pinged()).toContain('"result":null');
  fault = new Error('disk I/O error');
  breaks(fault);
  await vi.waitFor(async () => expect(await pinged()).toContain('shutting_down'), soon);
  for (let n = 0; n < 20; n += 1)
    expect((await send(url, { body: rpcBody('AllocateSector') })).status).toBe(200);
  expect((await send(url, { method: 'GET', path: '/readyz' })).status).toBe(200);
  expect((await send(url, { method: 'GET', path: '/metrics' })).status).toBe(200);
  expect(lines.join('\n')).toContain('store of the manager broke and is started again: disk I/O error');
  fault = undefined;
  await vi.waitFor(async () => expect(await pinged()).toContain('"result":null'), soon);
  // The door was never closed.
  expect(manager.tree().children[0]).toMatchObject({ id: 'http', incarnation: 1 });
});

test('a stop lets what is on its way come back, takes nothing more, and waits no longer than it must', async () => {
  const upstream = await behind();
  const { url, stop } = await front(upstream.url);
  let answer = () => {};
  upstream.answer = (_, response) => {
    answer = () => void response.end('{"jsonrpc":"2.0","id":1,"result":"late"}');
  };
  const asked = send(url, { body: rpcBody('SubmitPreCommit') });
  await vi.waitFor(() => expect(upstream.came).toHaveLength(1), soon);
  const stopped = stop();
  expect((await send(url, { body: rpcBody('AllocateSector') })).status).toBe(503);
  answer();
  expect((await asked).bytes.toString()).toContain('late');
  await stopped;
  expect(upstream.came).toHaveLength(1);
});

test('steps are kept up to a bound, the oldest go', () => {
  const home = freshDir();
  const store = openUpstreamStore(join(home, 'upstream.db'));
  const step = (text: string) => ({ at: '', miner: 1, number: 1, method: 'x', worker: null, text });
  store.putSeen([], [step('first')]);
  store.close();
  const db = new Database(join(home, 'upstream.db'));
  db.exec("update sqlite_sequence set seq = 200000 where name = 'step'");
  db.close();
  const again = openUpstreamStore(join(home, 'upstream.db'));
  again.putSeen([], [step('second')]);
  expect(again.stepsOf(1, 1, 10).map(({ text }) => text)).toEqual(['second']);
  again.close();
});

test('how long upstream was away is said, whatever the fault was in between', () => {
  let nowMs = 0;
  const { lines, emit } = lined();
  const up = new Reach('http://up', emit, () => nowMs);
  up.failed('ECONNREFUSED');
  nowMs = 120_000;
  up.failed('EHOSTUNREACH');
  expect(up.state()).toMatchObject({ isUp: false, since: '1970-01-01T00:00:00.000Z', fault: 'EHOSTUNREACH' });
  nowMs = 180_000;
  up.answered(200, 'id-1');
  up.answered(503, null);
  expect(lines).toEqual([
    expect.stringContaining('ECONNREFUSED'),
    'upstream http://up answers again, after 3 min',
  ]);
  expect(up.state()).toMatchObject({ isUp: true, fault: null, lastAnswer: { status: 503 } });
  expect(up.manager()).toBeNull();
});

test('one that fails again within a minute is said when it has lasted that long', () => {
  let nowMs = 0;
  const { lines, emit } = lined();
  const up = new Reach('http://up', emit, () => nowMs);
  up.failed('first');
  up.answered(200, null);
  nowMs = 1000;
  up.failed('second');
  up.answered(200, null);
  up.failed('third');
  expect(lines).toEqual([expect.stringContaining('first'), expect.stringContaining('answers again')]);
  nowMs = 60_000;
  up.failed('third');
  up.failed('third');
  expect(lines.slice(2)).toEqual([expect.stringContaining('third')]);
});
