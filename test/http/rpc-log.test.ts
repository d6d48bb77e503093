import { expect, test } from 'vitest';
import { loggedMethods } from '#src/http/rpc-log.js';
import { SealvisorError } from '#src/protocol/errors.js';
import { nobody } from '#src/protocol/identity.js';
import { toldEvents } from '../tools/protocol/told-events.js';

function setup(answers: Readonly<Record<string, unknown>>) {
  const { emit, lines, told } = toldEvents();
  const methods = Object.fromEntries(
    Object.entries(answers).map(([name, answer]) => [
      `Venus.${name}`,
      {
        names: [],
        call: () => {
          if (answer instanceof Error) throw answer;
          return answer;
        },
      },
    ]),
  );
  const logged = loggedMethods(methods, emit);
  const call = async (name: string, ...params: readonly unknown[]) =>
    logged[`Venus.${name}`]?.call(params, { ...nobody, address: undefined });
  return { lines, told, call };
}

const id = { Miner: 10000, Number: 3 };
const reportOf = (Prev: string, Next: string, Failure: unknown = null) => ({
  Worker: { Instance: 'w1', Location: '/store1' },
  StateChange: { Prev, Next, Event: '' },
  Failure,
});

test('what was done is a line each, what was asked in vain is none', async () => {
  const { lines, call } = setup({
    AllocateSector: { ID: id, ProofType: 5 },
    AllocateSanpUpSector: null,
    AllocateUnsealSector: { Sector: { ID: id, ProofType: 5 }, Offset: 0 },
    WdPoStAllocateJobs: [{ Id: 'wdpost-4' }, { Id: 'wdpost-5' }],
    WdPoStFinishJob: null,
    SubmitPreCommit: { Res: 1, Desc: null },
    SubmitProof: { Res: 3, Desc: 'another' },
    SubmitPersistedEx: true,
    ReportAborted: null,
    PollProofState: { State: 2 },
  });
  await call('AllocateSector', null);
  await call('AllocateSanpUpSector', null);
  await call('AllocateUnsealSector', null);
  await call('WdPoStAllocateJobs', {}, 2, 'w1');
  await call('WdPoStFinishJob', 'wdpost-4', null, 'no disk');
  await call('SubmitPreCommit', { ID: id, ProofType: 5 }, {}, false);
  await call('SubmitProof', id, {}, false);
  await call('SubmitPersistedEx', id, 'store', false);
  await call('ReportAborted', id, 'deal withdrawn');
  await call('PollProofState', id);
  expect(lines).toEqual([
    'info gave out sector s-t010000-3',
    'info gave out an unseal of sector s-t010000-3',
    'info gave out wdpost-4, wdpost-5 to w1',
    'info wdpost-4 failed: no disk',
    'info the pre-commit of sector s-t010000-3 is accepted',
    'info the proof of sector s-t010000-3 is refused: another',
    'info sector s-t010000-3 is persisted in store',
    'info sector s-t010000-3 is aborted by its worker: deal withdrawn',
  ]);
});

test('a report that only says the same again is for debug', async () => {
  const { lines, call } = setup({ ReportState: { AbortReason: '' } });
  const report = reportOf('PC1Done', 'PC2Done');
  await call('ReportState', id, report);
  await call('ReportState', id, report);
  await call('ReportState', id, reportOf('PC2Done', 'PC2Done', { Level: 'Permanent', Desc: 'no disk' }));
  expect(lines).toEqual([
    'info sector s-t010000-3 PC1Done -> PC2Done on w1',
    'debug sector s-t010000-3 PC1Done -> PC2Done on w1',
    'info sector s-t010000-3 at PC2Done on w1: permanent: no disk',
  ]);
});

test('a call that fails is told with its reason, and fails as before', async () => {
  const never = 'sector s-t010000-3 was never allocated here';
  const { lines, told, call } = setup({ AcquireDeals: new SealvisorError('sector_not_found', never) });
  await expect(call('AcquireDeals', id, null)).rejects.toThrow('never allocated');
  expect(told).toMatchObject([{ event: 'call.refused', sector: 's-t010000-3', code: 'sector_not_found' }]);
  expect(lines).toEqual(['warn Venus.AcquireDeals failed: sector s-t010000-3 was never allocated here']);
});
