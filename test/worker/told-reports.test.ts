/** What the main thread sees of the threads' reports, for the heartbeat and for `why`. */
import { expect, test } from 'vitest';
import { SealvisorError } from '#src/protocol/errors.js';
import type { SectorService, Verdict } from '#src/protocol/sealer.js';
import { toldReports } from '#src/worker/told-reports.js';

const id = { miner: 10000, number: 2 };
const given = { request: 'r1', manager: 'm1' };
const verdict = { finalized: false, abortReason: null };
const refusal = new SealvisorError('remote_error', 'no such sector');
const away = new SealvisorError('unreachable', 'cannot reach the manager');
const body = (Next: string): Parameters<SectorService['reportState']>[1] => ({
  Worker: { Instance: 'w1', Location: '/store1' },
  StateChange: { Prev: '-', Next, Event: '' },
  Failure: null,
});

/** A manager whose answer to a report it is. */
function ending(how: Verdict | Error): SectorService {
  const reportState = () => (how instanceof Error ? Promise.reject(how) : Promise.resolve(how));
  // Nothing else of it is asked.
  return { reportState } as Partial<SectorService> as SectorService;
}

function setup(manager = 'm1') {
  const asked: string[] = [];
  const told = toldReports({
    locations: () => ['/store1', '/store2'],
    check: (of) => {
      if (of && of.manager !== manager) throw new SealvisorError('other_manager', 'another one answers');
    },
    ask: (location, of) => asked.push(`${location} ${of.number}`),
    askAll: () => asked.push('all'),
    onRefusal: (location) => asked.push(`refusal ${location}`),
  });
  const report = async (state: string, how: Verdict | Error = verdict) => {
    await told
      .following(ending(how), given)
      .reportState(id, body(state))
      .catch(() => undefined);
  };
  return { told, asked, report };
}

const held = (State: string) => ({
  ...{ ID: { Miner: 10000, Number: 2 }, State, Location: '/store1', Request: 'r1', Instance: 'w1' },
});

test('a sector is held from its first accepted report to the one that it is over', async () => {
  const { told, report } = setup();
  expect(told.held()).toEqual([]);
  await report('Allocated');
  await report('PC1Done');
  expect(told.held()).toEqual([held('PC1Done')]);
  // What was not heard is sent again by its thread.
  await report('PC2Done', away);
  expect(told.held()).toEqual([held('PC1Done')]);
  await report('Finished');
  expect(told.held()).toEqual([]);
});

test('one of another manager is not named to this one', async () => {
  const { told, report } = setup('m2');
  await report('PC1Done');
  expect(told.held()).toEqual([]);
});

test('a thread is asked for the report that the answer wants', async () => {
  const { told, report, asked } = setup();
  await report('PC1Done');
  told.answered({
    Manager: 'm1',
    ReportAgain: [
      { Miner: 10000, Number: 2 },
      { Miner: 10000, Number: 7 },
    ],
  });
  expect(asked).toEqual(['/store1 2']);
});

test('all are asked once when the manager answers heartbeats no more as it did', async () => {
  const { told, asked } = setup();
  told.answered(null);
  told.answered({ ReportAgain: [] });
  told.answered(null);
  told.answered(null);
  expect(asked).toEqual(['all']);
});

test('a refused report is shown until one is accepted', async () => {
  const { told, report, asked } = setup();
  await report('PC1Done', refusal);
  expect(told.refusalOf('/store1', 's-t010000-2')).toMatchObject({
    state: 'PC1Done',
    message: 'no such sector',
  });
  expect(told.refusalOf('/store2', 's-t010000-2')).toBeUndefined();
  expect(told.refusalOf('/store1', 's-t010000-3')).toBeUndefined();
  await report('PC2Done');
  expect(told.refusalOf('/store1', 's-t010000-2')).toBeUndefined();
  expect(asked).toEqual(['refusal /store1', 'refusal /store1']);
});

test('a verdict leaves what is wanted to the heartbeat only while heartbeats are answered with it', async () => {
  const { told } = setup();
  const report = () =>
    told.following(ending({ ...verdict, byHeartbeat: true }), undefined).reportState(id, body('PC1Done'));
  // As where a manager in front of the one that gave the sector answers the heartbeats.
  told.answered(null);
  expect(await report()).toMatchObject({ byHeartbeat: false });
  told.answered({ ReportAgain: [] });
  expect(await report()).toMatchObject({ byHeartbeat: true });
});
