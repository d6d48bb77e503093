/** Why a worker is given nothing: each cause has its own sentence, with what to do. */
import { describe, expect, test } from 'vitest';
import { whyNoJob, whyNoSector } from '#src/manager/sectors/why-none.js';

const anything = { miners: null, proofTypes: null };
const offered = { miner: 10000, proofType: 5, isFull: false, limit: 3 };

describe('no sector', () => {
  test.each([
    [
      'another miner',
      { miners: [99], proofTypes: [5] },
      offered,
      /^wrong miner: this manager seals for t010000, .* takes only t099; set its sealing\.allowed_miners to \[10000\]/,
    ],
    [
      'another size',
      { miners: null, proofTypes: [7] },
      offered,
      /^wrong sector size: this manager has sectors of 2KiB, .* takes only 512MiB; set its sealing\.allowed_sizes to \["2KiB"\]/,
    ],
    [
      'a proof type that nobody knows',
      { miners: null, proofTypes: [77] },
      offered,
      /takes only proof type 77;/,
    ],
    [
      'the size, but not with synthetic PoRep',
      { miners: null, proofTypes: [5, 8] },
      { ...offered, proofType: 10 },
      /^wrong proof type: .* 2KiB with proof type 10 \(synthetic PoRep\), .* only proof type 5; update the worker, or start the manager without --use-synthetic-porep$/,
    ],
    [
      'another size, by each of its proof types',
      { miners: null, proofTypes: [7, 12] },
      { ...offered, proofType: 10 },
      /^wrong sector size: .* 2KiB, .* takes only 512MiB; set/,
    ],
    ['all given out', anything, { ...offered, isFull: true }, /^the manager has given out all 3 sectors/],
    ['no piece', anything, offered, /^no deals: no piece is waiting to be sealed; put files into/],
  ])('%s', (_, wanted, has, sentence) => {
    expect(whyNoSector(wanted, has)).toMatch(sentence);
  });
});

describe('no job', () => {
  const open = [{ miner: 10000, proofType: 5 }];
  test.each([
    [
      'none was requested',
      anything,
      [],
      /^no upgrade was requested: `venus-sector-manager util sealer snapup`/,
    ],
    ['all are of another miner', { miners: [99], proofTypes: null }, open, /^wrong miner: /],
    ['all are of another size', { miners: null, proofTypes: [7] }, open, /^wrong sector size: /],
    ['all are at workers', anything, open, /^no upgrade is free: each of the 1 .*util sealer jobs/],
  ])('%s', (_, wanted, jobs, sentence) => {
    expect(whyNoJob('snapup', wanted, jobs)).toMatch(sentence);
  });

  test('a window proof goes by its own names', () => {
    const named = [{ miner: 10000, proofType: 5, proofNames: ['StackedDrgWindow2KiBV1'] }];
    const wanted = { miners: null, proofTypes: ['StackedDrgWindow2KiBV1'] };
    expect(whyNoJob('wdpost', wanted, named)).toMatch(/^no window proof is free/);
  });
});
