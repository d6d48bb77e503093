import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyRecord, type ThreadRecord } from '#machines/thread-record.js';
import { abortLoss } from '#src/sealing/abort-loss.js';
import { noteBrought } from '#src/sealing/stores/brought.js';
import { marked } from '../tools/sealing/chain.js';
import { freshDir } from '../tools/worker/setup.js';

const since = '2026-11-22T10:00:00.000Z';
const sector = { miner: 10000, number: 2, id: 's-t010000-2', proofType: 5, size: 2048 };
const recordOf = (facts: Partial<ThreadRecord>): ThreadRecord => ({
  ...emptyRecord('sealer', since),
  sector,
  ...facts,
});
const error = (stage: string) =>
  ({ level: 'permanent', message: 'differs from what was submitted before', stage, at: since }) as const;

test.each<[string, Partial<ThreadRecord>, unknown]>([
  ['before its submission', { state: 'PC1Done' }, null],
  [
    'behind it',
    { state: 'C1Done', outputs: { pre_commit: true, pre_commit_at: Date.parse(since) } },
    { certain: true, at: since },
  ],
  [
    'sent back behind it',
    { state: 'PC1Done', outputs: { pre_commit_ticket: { ticket: {} } } },
    { certain: true, at: null },
  ],
  [
    'paused by its submission',
    { state: 'PC2Done', lastError: error('SubmitPreCommit') },
    { certain: false, at: null },
  ],
  ['paused before its submission', { state: 'PC2Done', lastError: error('-') }, null],
  ['proven long ago', { plan: 'snapup', state: 'SnapEncoded' }, null],
])('the pre-commit of a sector %s', async (_, facts, preCommit) => {
  expect(await abortLoss(recordOf(facts), freshDir())).toMatchObject({ preCommit });
});

test('a pre-commit whose answer was lost may have been submitted', async () => {
  const location = freshDir();
  const root = join(location, 'sectors', sector.id);
  mkdirSync(root, { recursive: true });
  // Written before it is sent (sealing/submission-note.ts).
  writeFileSync(join(root, 'pre-commit-sent.json'), '{}');
  expect(await abortLoss(recordOf({ state: 'PC2Done' }), location)).toMatchObject({
    preCommit: { certain: false, at: null },
  });
});

test('its files are named: those of the location, and those that its thread stored', async () => {
  const location = marked(freshDir());
  const root = join(location, 'sectors', sector.id);
  mkdirSync(root, { recursive: true });
  const file = '/remote/sealed/s-t010000-2';
  await noteBrought(location, sector.id, { file, commRs: ['abcd'], sha256s: [] });
  const record = recordOf({ state: 'ProofSubmitted', outputs: { pre_commit: true, proof: true } });
  expect(await abortLoss(record, location)).toMatchObject({
    sector: sector.id,
    proof: true,
    files: [root],
    stored: ['/remote/sealed/s-t010000-2'],
  });
  // A rebuild makes again what the chain knows: that stays.
  expect(await abortLoss({ ...record, plan: 'rebuild' }, location)).toMatchObject({ stored: [] });
});

test.each<[string, Partial<ThreadRecord>]>([
  ['without a sector', { sector: null, state: 'Empty' }],
  ['that has aborted it already', { state: 'Aborted' }],
])('a thread %s loses nothing', async (_, facts) => {
  expect(await abortLoss(recordOf(facts), freshDir())).toBeNull();
});
