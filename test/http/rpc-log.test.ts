import { expect, test, vi } from 'vitest';
import { loggedMethods } from '../../dist/src/http/rpc-log.js';
import { workerLog } from '../../dist/src/http/worker/log.js';
import { nobody } from '../../dist/src/protocol/identity.js';

function setup(answers: Readonly<Record<string, unknown>>) {
  const lines: string[] = [];
  const at = (level: string) => (line: string) => void lines.push(`${level} ${line}`);
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
  const logged = loggedMethods(methods, { warn: at('warn'), info: at('info'), debug: at('debug') });
  const call = async (name: string, ...params: readonly unknown[]) =>
    logged[`Venus.${name}`]?.call(params, { ...nobody, address: undefined });
  return { lines, call };
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
    SubmitPreCommit: { Res: 1, Desc: null },
    SubmitProof: { Res: 3, Desc: 'another' },
    SubmitPersistedEx: true,
    ReportAborted: null,
    PollProofState: { State: 2 },
  });
  await call('AllocateSector', null);
  await call('AllocateSanpUpSector', null);
  await call('SubmitPreCommit', { ID: id, ProofType: 5 }, {}, false);
  await call('SubmitProof', id, {}, false);
  await call('SubmitPersistedEx', id, 'store', false);
  await call('ReportAborted', id, 'deal withdrawn');
  await call('PollProofState', id);
  expect(lines).toEqual([
    'info gave out sector s-t010000-3',
    'info the pre-commit of sector s-t010000-3 is accepted',
    'info the proof of sector s-t010000-3 is refused: another',
    'info sector s-t010000-3 is persisted in store',
    'info sector s-t010000-3 is given up by its worker: deal withdrawn',
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
  const { lines, call } = setup({ AcquireDeals: new Error('sector s-t010000-3 was never allocated here') });
  await expect(call('AcquireDeals', id, null)).rejects.toThrow('never allocated');
  expect(lines).toEqual(['warn Venus.AcquireDeals failed: sector s-t010000-3 was never allocated here']);
});

test('a worker that comes, moves, falls silent, comes back and is removed is a line each', () => {
  vi.useFakeTimers();
  try {
    const lines: string[] = [];
    const say = (line: string) => void lines.push(line);
    const clock = { now: () => Date.now(), setTimeout, clearTimeout };
    const workers = workerLog({ info: say, warn: say }, clock);
    workers.seen({ Name: 'w1', Dest: '10.0.0.1:17890' });
    vi.advanceTimersByTime(60_000);
    workers.seen({ Name: 'w1', Dest: '10.0.0.1:17890' });
    vi.advanceTimersByTime(180_000);
    workers.seen({ Name: 'w1', Dest: '10.0.0.1:17890' });
    workers.seen({ Name: 'w1', Dest: '10.0.0.2:17890' });
    workers.removed('w1');
    vi.advanceTimersByTime(3_600_000);
    expect(lines).toEqual([
      'worker w1 reports from 10.0.0.1:17890',
      'worker w1 at 10.0.0.1:17890 has not reported for 180 s',
      'worker w1 reports again',
      'worker w1 reports from 10.0.0.2:17890, no longer from 10.0.0.1:17890',
      'worker w1 is removed from the list',
    ]);
  } finally {
    vi.useRealTimers();
  }
});
