import { describe, expect, test } from 'vitest';
import { checkChildSpec, checkSpec } from '#src/actors/checked-spec.js';
import { startSupervisor } from '#src/actors/index.js';
import { makeWorld } from '../tools/actors/world.js';

const start = () => 'ignore' as const;
const clock = { now: () => 0, setTimeout: () => 0, clearTimeout: () => undefined };

function codeOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
  return 'nothing was thrown';
}

describe('a faulty field is refused with its own code', () => {
  test.each([
    ['invalid_strategy', { strategy: 'one_for_none' }],
    ['invalid_strategy', { strategy: null }],
    ['invalid_intensity', { intensity: -1 }],
    ['invalid_intensity', { intensity: 1.5 }],
    ['invalid_intensity', { intensity: Number.NaN }],
    ['invalid_intensity', { intensity: '1' }],
    ['invalid_period', { periodMs: 0 }],
    ['invalid_period', { periodMs: -5 }],
    ['invalid_period', { periodMs: Number.POSITIVE_INFINITY }],
    ['invalid_auto_shutdown', { autoShutdown: 'sometimes' }],
    ['invalid_children', { children: undefined }],
    ['invalid_children', { children: { id: 'a', start } }],
    ['bad_start_spec', { strategy: 'simple_one_for_one', children: [] }],
    ['bad_combination', { strategy: 'simple_one_for_one', autoShutdown: 'any_significant' }],
    ['invalid_backoff', { backoff: 'some' }],
    ['invalid_backoff', { backoff: { minMs: -1, maxMs: 1 } }],
    ['invalid_backoff', { backoff: { minMs: 2, maxMs: 1 } }],
    ['invalid_backoff', { backoff: { minMs: 1 } }],
    ['invalid_backoff', { backoff: { minMs: 1, maxMs: 1, factor: 0.5 } }],
    ['invalid_backoff', { backoff: { minMs: 1, maxMs: 1, jitter: 2 } }],
    ['invalid_backoff', { backoff: { minMs: 1, maxMs: 1, resetAfterMs: Number.NaN } }],
    ['invalid_clock', { clock: {} }],
    ['invalid_clock', { clock: { ...clock, now: 5 } }],
    [
      'duplicate_child_name',
      {
        children: [
          { id: 'a', start },
          { id: 'a', start },
        ],
      },
    ],
  ])('%s: %o', (code, fields) => {
    expect(codeOf(() => checkSpec({ children: [{ id: 'a', start }], ...fields }))).toBe(code);
  });

  test.each([
    ['invalid_child_spec', 'a'],
    ['invalid_child_spec', undefined],
    ['missing_id', { start }],
    ['invalid_id', { id: 5, start }],
    ['invalid_id', { id: '', start }],
    ['missing_start', { id: 'a' }],
    ['invalid_start', { id: 'a', start: 'a.js' }],
    ['invalid_restart_type', { id: 'a', start, restart: 'always' }],
    ['invalid_shutdown', { id: 'a', start, shutdown: 0 }],
    ['invalid_shutdown', { id: 'a', start, shutdown: -1 }],
    ['invalid_shutdown', { id: 'a', start, shutdown: 'soon' }],
    ['invalid_child_type', { id: 'a', start, type: 'boss' }],
    ['invalid_significant', { id: 'a', start, significant: 'yes' }],
    ['bad_combination', { id: 'a', start, significant: true }],
  ])('%s: %o', (code, spec) => {
    expect(codeOf(() => checkChildSpec(spec, 'any_significant'))).toBe(code);
    expect(codeOf(() => checkSpec({ autoShutdown: 'any_significant', children: [spec] }))).toBe(code);
  });

  test('significant under never is refused, whatever the restart type', () => {
    const spec = { id: 'a', start, significant: true, restart: 'temporary' };
    expect(codeOf(() => checkChildSpec(spec, 'never'))).toBe('bad_combination');
  });

  test.each([undefined, null, [], 'spec'])('a spec that is %o', (spec) => {
    expect(codeOf(() => checkSpec(spec))).toBe('invalid_spec');
  });

  test('the message names the field, the value and what to do', () => {
    expect(() => checkSpec({ children: [], periodMs: 'long' })).toThrow(
      "periodMs is 'long': give a whole number of at least 1",
    );
  });
});

describe('what is left out has OTP’s default', () => {
  test('of a supervisor', () => {
    const { settings } = checkSpec({ children: [] });
    const left = { strategy: 'one_for_one', intensity: 1, periodMs: 5000, autoShutdown: 'never' };
    expect(settings).toEqual({ ...left, backoff: 'none' });
  });

  test.each([
    ['worker', 5000],
    ['supervisor', 'infinity'],
  ] as const)('of a %s', (type, shutdown) => {
    const checked = checkChildSpec({ id: 'a', start, type, colour: 'blue' }, 'never');
    expect(checked).toEqual({ id: 'a', start, restart: 'permanent', shutdown, type, significant: false });
  });
});

test('nothing is started when the last spec is faulty', async () => {
  const world = makeWorld();
  const faulty = { ...world.child('b'), shutdown: 0 };
  const started = startSupervisor({ children: [world.child('a'), faulty] });
  await expect(started).rejects.toMatchObject({ code: 'invalid_shutdown', value: 0 });
  expect(world.log).toEqual([]);
});
