import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatSectorId,
  isInteractive,
  isSynthetic,
  parseSectorId,
  payloadOf,
  proofTypeOfNumber,
  proofTypeOfSize,
  proofTypes,
  proofTypesOfSize,
  sectorOf,
  windowProofsOf,
} from '#src/protocol/sector.js';
import { parseSize } from '#src/protocol/text/size.js';

test('a sector id is read back as it was written', () => {
  const count = fc.integer({ min: 0, max: 10 ** 15 - 1 });
  fc.assert(
    fc.property(count, count, (miner, number) => {
      expect(parseSectorId(formatSectorId({ miner, number }))).toEqual({ miner, number });
    }),
  );
});

test.each([
  '',
  's-t010000',
  's-t010000-',
  's-t010000-2 ',
  'S-t010000-2',
  's-f010000-2',
  's-t0x-2',
  's-t01--2',
])('%j is no sector id', (text) => {
  expect(parseSectorId(text)).toBeUndefined();
});

test("proof types are the chain's numbers, and sizes read as they are written", () => {
  expect(proofTypes.map(({ proofType, text, registered }) => [proofType, text, registered])).toEqual([
    [5, '2KiB', 'StackedDrg2KiBV1_1'],
    [6, '8MiB', 'StackedDrg8MiBV1_1'],
    [7, '512MiB', 'StackedDrg512MiBV1_1'],
    [8, '32GiB', 'StackedDrg32GiBV1_1'],
    [9, '64GiB', 'StackedDrg64GiBV1_1'],
    [10, '2KiB', 'StackedDrg2KiBV1_1_Feat_SyntheticPoRep'],
    [11, '8MiB', 'StackedDrg8MiBV1_1_Feat_SyntheticPoRep'],
    [12, '512MiB', 'StackedDrg512MiBV1_1_Feat_SyntheticPoRep'],
    [13, '32GiB', 'StackedDrg32GiBV1_1_Feat_SyntheticPoRep'],
    [14, '64GiB', 'StackedDrg64GiBV1_1_Feat_SyntheticPoRep'],
    [15, '2KiB', 'StackedDrg2KiBV1_2_Feat_NonInteractivePoRep'],
    [16, '8MiB', 'StackedDrg8MiBV1_2_Feat_NonInteractivePoRep'],
    [17, '512MiB', 'StackedDrg512MiBV1_2_Feat_NonInteractivePoRep'],
    [18, '32GiB', 'StackedDrg32GiBV1_2_Feat_NonInteractivePoRep'],
    [19, '64GiB', 'StackedDrg64GiBV1_2_Feat_NonInteractivePoRep'],
  ]);
  for (const type of proofTypes) {
    expect(parseSize(type.text)).toBe(type.size);
    expect(proofTypeOfSize(type.size, type.feature)).toBe(type);
    expect(proofTypeOfSize(type.size).proofType).toBeLessThan(10);
    expect(proofTypesOfSize(type.size).map(({ proofType }) => proofType % 5)).toEqual([
      type.proofType % 5,
      type.proofType % 5,
      type.proofType % 5,
    ]);
    expect(type.registeredUpdate).toBe(`StackedDrg${type.text}V1`);
    expect(windowProofsOf(type)).toEqual([
      `StackedDrgWindow${type.text}V1_2`,
      `StackedDrgWindow${type.text}V1_1`,
    ]);
    expect(isSynthetic(type)).toBe(type.proofType >= 10 && type.proofType < 15);
    expect(isInteractive(type)).toBe(type.proofType < 15);
    expect(proofTypeOfNumber(type.proofType)).toBe(type);
    expect(sectorOf({ miner: 1, number: 2 }, type.proofType)).toEqual({
      miner: 1,
      number: 2,
      id: 's-t01-2',
      proofType: type.proofType,
      size: type.size,
    });
  }
});

test('another size or proof type is refused, and the message says what is allowed', () => {
  expect(() => proofTypeOfSize(4096)).toThrow(
    expect.objectContaining({ code: 'usage', message: expect.stringContaining('2KiB, 8MiB, 512MiB') }),
  );
  expect(() => proofTypeOfNumber(4)).toThrow(
    expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining('5 to 19') }),
  );
});

test('127 of every 128 bytes are payload', () => {
  expect(payloadOf(2048)).toBe(2032);
});
