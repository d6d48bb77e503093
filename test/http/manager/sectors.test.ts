import { expect, test } from 'vitest';
import { managerApp } from '#src/http/manager/app.js';
import { get, post, problemOf } from '../../tools/http/setup.js';
import { filesIn, setup as manage } from '../../tools/manager/setup.js';

async function setup() {
  const fixture = await manage({ pieces: filesIn({ a: 1000 }) });
  const { sectors } = fixture.manager;
  sectors.allocate(null, null);
  sectors.allocate(null, null);
  const id = { miner: 10000, number: 1 };
  sectors.acquireDeals(id, null, null);
  sectors.reportState(id, {
    Worker: { Instance: 'w1', Location: '/store1' },
    StateChange: { Prev: 'C1Done', Next: 'C1Done', Event: '' },
    Failure: { Level: 'permanent', Desc: 'no parameters' },
  });
  return { ...fixture, app: managerApp(fixture.manager) };
}

const first = {
  miner: 10000,
  number: 1,
  id: 's-t010000-1',
  proofType: 5,
  size: 2048,
  state: 'C1Done',
  worker: { name: 'w1', location: '/store1' },
  deals: 1,
  failure: { level: 'permanent', message: 'no parameters' },
  persistedIn: null,
  finalized: false,
  isUpgraded: false,
  job: null,
  lost: null,
  abort: null,
  messages: { preCommit: 0, proof: 0 },
  givenAt: '2026-11-22T10:00:00.000Z',
};

test('sectors are listed by number, one is shown by its id', async () => {
  const { app } = await setup();
  const second = { ...first, number: 2, id: 's-t010000-2', state: 'Allocated' };
  const silent = { worker: null, deals: null, failure: null };
  expect(await get(app, '/api/v1/sectors')).toMatchObject({
    status: 200,
    body: [first, { ...second, ...silent }],
  });
  expect((await get(app, '/api/v1/sectors/s-t010000-1')).body).toEqual(first);
});

test('a sector is aborted once; the reply is the sector with what happened', async () => {
  const { app } = await setup();
  const path = '/api/v1/sectors/s-t010000-1/abort';
  const abort = { reason: 'disk lost', by: 'alice' };
  expect(await post(app, path, abort)).toMatchObject({
    status: 200,
    body: { ...first, abort, changed: true, message: expect.stringContaining('w1 is notified') },
  });
  expect(await post(app, path, { reason: 'other' })).toMatchObject({
    status: 200,
    body: { ...first, abort, changed: false, message: expect.stringContaining('already') },
  });
});

test('what is no sector, none of ours, or finalized is refused', async () => {
  const { app, manager } = await setup();
  for (const path of ['/api/v1/sectors/2', '/api/v1/sectors/s-t010000-x'])
    expect(await get(app, path)).toEqual(
      problemOf(400, 'invalid_request', expect.stringContaining('s-t010000-2')),
    );
  expect((await post(app, '/api/v1/sectors/s-t09-9/abort', {})).body).toMatchObject({
    code: 'sector_not_found',
  });
  manager.sectors.reportFinalized({ miner: 10000, number: 2 });
  expect(await post(app, '/api/v1/sectors/s-t010000-2/abort', {})).toEqual(
    problemOf(409, 'state_not_possible', expect.stringContaining('s-t010000-2 is finalized')),
  );
});

test.each(['[]', '{', '{"reason":5}', '{"why":"x"}', `{"reason":"${'x'.repeat(1001)}"}`])(
  'an abort with the body %s changes nothing',
  async (body) => {
    const { app, manager } = await setup();
    expect(await post(app, '/api/v1/sectors/s-t010000-1/abort', body)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    });
    expect(manager.sectors.list()[0]).toEqual(first);
  },
);
