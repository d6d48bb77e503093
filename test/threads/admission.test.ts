import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseLimits, threadLimitOf } from '#src/threads/admission.js';
import { fixture } from '../tools/threads/setup.js';

describe('the limit of threads', () => {
  test.each([
    ['of maps', { maps: 65_530, files: 1_048_576 }, 1345],
    ['of descriptors', { maps: 65_530, files: 1024 }, 206],
    ['of descriptors without one', { maps: 5450, files: Number.POSITIVE_INFINITY }, 10],
    ['that is below what the process needs', { maps: 65_530, files: 64 }, 0],
    ['of a system that does not tell', undefined, 1000],
  ])('%s', (_, limits, threads) => {
    expect(threadLimitOf(limits)).toBe(threads);
  });

  test('is read from what Linux tells of the process', () => {
    const text = (soft: string) =>
      `Limit Soft Limit Hard Limit Units\nMax open files            ${soft}                4096   files\n`;
    expect(parseLimits('65530\n', text('1024'))).toEqual({ maps: 65_530, files: 1024 });
    expect(parseLimits('65530\n', text('unlimited'))).toEqual({
      maps: 65_530,
      files: Number.POSITIVE_INFINITY,
    });
    expect(parseLimits('', text('1024'))).toBeUndefined();
    expect(parseLimits('65530', 'nothing')).toBeUndefined();
  });
});

test('one thread over the limit is refused, the others live, and a place that is free again is given again', () => {
  const script = fileURLToPath(fixture('at-the-limit.mjs'));
  const { stdout, stderr } = spawnSync(
    'sh',
    ['-c', 'ulimit -n 212; exec "$0" "$1"', process.execPath, script],
    {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  );
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toMatchObject({ limit: 3, code: 'thread_limit', answer: 5 });
});
