/** What a worker's heartbeat names as held: heard as a report is, and a report is asked for only where it would say something. */
import { expect, test } from 'vitest';
import type { Held } from '#src/manager/sectors/held.js';
import {
  anything,
  first,
  never,
  piecesOf,
  reportOf as reportOfJob,
  setup as withJobs,
} from '../../tools/manager/jobs-setup.js';
import { setup as manage } from '../../tools/manager/setup.js';

const id = { miner: 10000, number: 1 };

const reportOf = (Next: string) => ({
  Worker: { Instance: 'w1', Location: '/store1' },
  StateChange: { Prev: '-', Next, Event: '' },
  Failure: null,
});
const heldAt = (state: string, more: Partial<Held> = {}): Held => ({
  ...{ id, state, location: '/store1', request: 'r1', instance: null },
  ...more,
});

async function setup() {
  const fixture = await manage();
  const { sectors } = fixture.manager;
  sectors.allocate(null, null, { request: 'r1', worker: 'worker-a' });
  sectors.reportState(id, reportOf('TicketAssigned'));
  const wanted = (...held: Held[]) => sectors.held.reportsWanted(held, 'w1', 'worker-a');
  return { ...fixture, sectors, wanted };
}

test('a sector that is known as it is named is heard, and no report of it is wanted', async () => {
  const { wanted, sectors, clock } = await setup();
  const heardMs = () => sectors.find(id)?.heardMs;
  const before = heardMs() ?? 0;
  clock.pass(60_000);
  expect(wanted(heldAt('TicketAssigned'))).toEqual([]);
  expect(heardMs()).toBe(before + 60_000);
});

test('a worker that goes by another name meanwhile is known by the one that its threads report under', async () => {
  const { sectors, wanted } = await setup();
  const held = heldAt('TicketAssigned', { instance: 'w1' });
  expect(sectors.held.reportsWanted([held], '10.0.0.7', 'worker-a')).toEqual([]);
  expect(wanted({ ...held, instance: 'w0' })).toEqual([id]);
});

test('one that was given up at the manager is: the answer to its report says why', async () => {
  const { wanted, sectors } = await setup();
  sectors.abort(id, { reason: 'disk lost' });
  expect(wanted(heldAt('TicketAssigned'))).toEqual([id]);
  expect(sectors.reportState(id, reportOf('TicketAssigned'))).toMatchObject({ AbortReason: 'disk lost' });
});

test.each([
  ['in another state', heldAt('PC1Done')],
  ['at another location', heldAt('TicketAssigned', { location: '/store2' })],
])('one that the manager knows %s is: it has forgotten the report', async (_, held) => {
  const { wanted } = await setup();
  expect(wanted(held)).toEqual([id]);
});

test.each([
  ['that was never given out here', heldAt('TicketAssigned', { id: { miner: 10000, number: 9 } })],
  ['that was given to somebody else', heldAt('TicketAssigned', { request: 'r2' })],
])('one %s is not: its report was refused, and would be again', async (_, held) => {
  const { wanted } = await setup();
  expect(wanted(held)).toEqual([]);
});

test('a sector that a job is done with: heard as the job’s, wanted when that is cancelled', async () => {
  const { sectors, jobs, clock } = await withJobs();
  await jobs.addSnapUp(first, { pieces: piecesOf(100) }, never);
  jobs.snapUp.allocate({ ...anything, Request: 'r9' });
  const { Location } = reportOfJob('PieceAdded').Worker;
  const held = { id: first, state: 'PieceAdded', location: Location, request: 'r9', instance: null };
  const wanted = () => sectors.held.reportsWanted([held], 'w1', 'worker-a');
  expect(wanted()).toEqual([first]);
  sectors.reportState(first, reportOfJob('PieceAdded'));
  const heardMs = () => jobs.ofSector(first).at(-1)?.life.heardMs ?? 0;
  const before = heardMs();
  clock.pass(60_000);
  expect(wanted()).toEqual([]);
  expect(heardMs()).toBe(before + 60_000);
  jobs.cancel('snapup-1', { by: 'bob' });
  expect(wanted()).toEqual([first]);
});
