/** Where the home of a manager in front of another one fails, what workers ask is passed on all the same. */

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test, vi } from 'vitest';
import { reach } from '#src/manager/upstream/reach.js';
import { sightings } from '#src/manager/upstream/sightings.js';
import { openUpstreamStore } from '#src/store/upstream-store.js';
import { freshDir } from '../manager/setup.js';
import { behind, front, pingBody, rpcBody, send } from './upstream-setup.js';

const ID = { Miner: 10000, Number: 7 };
const allocated = { method: 'AllocateSector', params: [{}], answer: { result: { ID, ProofType: 5 } } };

function lined() {
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  return { lines, log: { info: log, warn: log, debug: log } };
}

test('a disk that takes no more is said once, and once when it does again; the latest of each sector is kept then', () => {
  const store = openUpstreamStore(join(freshDir(), 'upstream.db'));
  let isFull = true;
  const { lines, log } = lined();
  const failing = {
    ...store,
    putSeen: (...rows: Parameters<typeof store.putSeen>) => {
      if (isFull) throw new Error('database or disk is full');
      store.putSeen(...rows);
    },
  };
  const seen = sightings(failing, { clock: { now: () => 0 }, log });
  for (let n = 0; n < 3; n += 1) {
    seen.see(allocated);
    expect(seen.list()).toMatchObject([{ id: 's-t010000-7', state: 'Allocated' }]);
  }
  expect(lines.filter((line) => line.includes('is not kept: database or disk is full'))).toHaveLength(1);
  isFull = false;
  seen.see({ ...allocated, method: 'AssignTicket', params: [ID] });
  seen.stop();
  expect(lines.filter((line) => line.includes('is kept again'))).toHaveLength(1);
  expect(store.seen()).toHaveLength(1);
  store.close();
});

test('while its records are closed under it, calls pass and reports are refused in words', async () => {
  const upstream = await behind();
  const { url, front: manager } = await front(upstream.url);
  await send(url, { body: pingBody('w1') });
  vi.spyOn(manager.roster, 'ping').mockImplementation(() => {
    throw new Error('disk I/O error');
  });
  expect((await send(url, { body: pingBody('w1') })).bytes.toString()).toContain('disk I/O error');
  expect((await send(url, { body: rpcBody('AllocateSector') })).bytes.toString()).toContain('"result":null');
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
  const { lines, log } = lined();
  const up = reach('http://up', log, () => nowMs);
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
