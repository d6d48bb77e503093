import { expect, test } from 'vitest';
import { chainOptions } from '#cli/commands/manager/daemon.js';

const options = (epoch: string) => ({ miner: '10000', sectorSize: '2KiB', epoch });

test.each(['0s', '1ns', '999us'])(
  'an epoch of %s would be counted without pause: refused with its option',
  (epoch) => {
    expect(() => chainOptions(options(epoch))).toThrow(`--epoch ${epoch}: `);
  },
);

test('an epoch of 1ms is the shortest', () => {
  expect(chainOptions(options('1ms'))).toEqual({
    miner: 10000,
    sectorSize: 2048,
    useSyntheticPoRep: false,
    epochMs: 1,
  });
});
