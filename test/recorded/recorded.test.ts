import { expect, it } from 'vitest';
import { methodsOf, requestFault, resultFault, resultOf } from '../tools/recorded.js';

const ID = { Miner: 10000, Number: 1 };
const Ticket = { Ticket: 'AAAA', Epoch: 1 };
const info = { CommR: [1], CommD: [2], Ticket, Deals: [1] };
const sector = { ID, ProofType: 5 };

it('knows the methods of each version by what its own clients called', () => {
  expect([...methodsOf('v0.2')]).toEqual(expect.arrayContaining(['SubmitPersisted', 'WaitSeed']));
  for (const newer of ['SubmitPersistedEx', 'StoreReserveSpace', 'AllocateRebuildSector'])
    expect([methodsOf('v0.2').has(newer), methodsOf('today').has(newer)]).toEqual([false, true]);
});

it.each<[string, unknown[], string]>([
  ['what is needed left out', [sector, { ...info, CommR: undefined }, false], 'CommR'],
  ['a number as text', [sector, { ...info, Ticket: { ...Ticket, Epoch: '1' } }, false], 'Epoch'],
  ['a fraction', [sector, { ...info, CommD: [1.5] }, false], 'CommD.0'],
  ['another parameter', [ID, info, false], 'ID'],
  ['null for what is needed', [{ ...sector, ID: null }, info, false], 'ID'],
])('names the place of %s in a request', (_, params, place) => {
  expect(requestFault('v0.2', 'SubmitPreCommit', params)).toContain(place);
});

it('takes what is ours beside what was recorded', () => {
  expect(requestFault('today', 'SubmitPreCommit', [sector, { ...info, Ours: 1 }, false])).toBeUndefined();
  expect(requestFault('today', 'ReportFinalized', [ID])).toBeUndefined();
});

it("names what upstream's worker could not read in a result", () => {
  const verdict = resultOf('today', 'ReportState');
  expect(resultFault('today', 'ReportState', { ...verdict, Ours: 1 })).toBeUndefined();
  expect(resultFault('today', 'ReportState', { ID, Finalized: false, AbortReason: '' })).toContain('.Id');
  expect(resultFault('v0.2', 'ReportState', verdict)).toContain('null was recorded');
  expect(resultFault('today', 'AcquireDeals', [{ ID: 1, PayloadSize: 1, Piece: { Size: 128 } }])).toContain(
    'PieceCID',
  );
});
