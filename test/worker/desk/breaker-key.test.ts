import { describe, expect, test } from 'vitest';
import type { Failure } from '#src/worker/border/contract.js';
import { errorKey, sameError } from '#src/worker/desk/breaker-key.js';

const permanent = (message: string): Failure => ({ level: 'permanent', message });

describe('the same error', () => {
  test.each([
    [
      'No cached parameters found for stacked-proof-of-replication-merkletree-poseidon_hasher-8-8-0-sha256_hasher-032d3138d22506ec0082ed72b2dcba18df18477904e35bafee82b3793b06832f',
      'No cached parameters found for stacked-proof-of-replication-merkletree-poseidon_hasher-8-0-0-sha256_hasher-6babf46ce344ae495d558e7770a585b2382d54f225af8ed0397b8be7c3fcd472',
    ],
    [
      "ENOSPC: no space left on device, write '/store3/sectors/s-t010000-7/cache/sc-02-data-layer-3.dat': check the disk, then resume",
      "ENOSPC: no space left on device, write '/mnt/disk 12/sectors/s-t010000-8/cache/sc-02-data-layer-11.dat': check the disk, then resume",
    ],
    ['CUDA error 2 on device 0', 'CUDA error 2 on device 1'],
    ['child process exited: c2', 'child process exited: c2'],
    [
      'open /store1/cache/p_aux: permission denied (os error 13)',
      'open ../store22/cache/p_aux: permission denied (os error 13)',
    ],
    ['sector s-t010000-2: replica is 2047 bytes', 'sector s-t010000-31: replica is 1,024 bytes'],
    ['thread panicked at 0x7ffdeadbeef0', 'thread panicked at 0x55d0c0ffee10'],
    ['commitment 9af3c2e10b77 is not 00ff12ab34cd', 'commitment 1af3c2e10b77 is not 10ff12ab34cd'],
    [
      'request 550e8400-e29b-41d4-a716-446655440000 failed',
      'request 67e55044-10b1-426f-9247-bb680e5fe0c8 failed',
    ],
    [
      'piece baga6ea4seaqao7s73y24kcutaosvacpdjgfe5pw76ooefnyqw4ynr3d2y6x2mpq is not there',
      'piece baga6ea4seaqgi5lnnv4wi5lnnv4wi5lnnv4wi5lnnv4wi5lnnv4wi5lnnv4wi5i is not there',
    ],
    ['http://10.0.0.7:1789/rpc/v0 said 500', 'http://10.0.0.12:1789/rpc/v0 said 502'],
    ['took  0.5 s\n', 'took 12.25 s'],
  ])('%s', (one, other) => {
    expect(errorKey(permanent(one))).toBe(errorKey(permanent(other)));
  });
});

describe('another error', () => {
  test.each([
    ['No cached parameters found for a', 'No verifying key found for a'],
    ['CUDA error 2 on device 0', 'OpenCL error 2 on device 0'],
    ['cannot read /store1/a', 'cannot write /store1/a'],
    ['defaced', 'decade'],
    ['PC1/PC2 mismatch', 'C1/C2 mismatch'],
    ['500 MB/s', '500 kB/s'],
  ])('%s is not %s', (one, other) => {
    expect(sameError(permanent(one), permanent(other))).toBe(false);
  });

  test('the same words of another level', () => {
    expect(sameError(permanent('disk'), { level: 'critical', message: 'disk' })).toBe(false);
  });
});

test('a path ends where the sentence goes on', () => {
  expect(errorKey(permanent("write '/store3/a b/c': no space; see /var/log, or ~/x"))).toBe(
    'permanent: write <path>: no space; see <path>, or <path>',
  );
});

test('a dump of a megabyte takes no time', () => {
  const began = performance.now();
  errorKey(permanent('/a'.repeat(500_000)));
  errorKey(permanent('ab1'.repeat(500_000)));
  expect(performance.now() - began).toBeLessThan(200);
});
