/** A worker goes by the manager whose sectors it has, until an operator says otherwise. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { emptyWorkerRecord, obeyed, type WorkerRecord } from '#machines/worker-record.js';
import type { ThreadView } from '#src/protocol/thread.js';
import { workerLink } from '#src/worker/manager-link.js';
import { warningsTo } from '../tools/protocol/told-events.js';
import { pausedView, viewOf } from '../tools/protocol/views.js';
import { rejectionOf } from '../tools/worker/setup.js';

const idle = viewOf({ state: 'Empty', mode: 'idle', sector: null, incarnation: 1 });
const by = { by: 'alice', reason: null };

function setup(threads: readonly ThreadView[] = [idle], record: WorkerRecord = emptyWorkerRecord) {
  const location = mkdtempSync(join(tmpdir(), 'sealvisor-link-'));
  onTestFinished(() => rmSync(location, { recursive: true, force: true }));
  const warnings: string[] = [];
  let present = record;
  const keep = (id: string) => {
    mkdirSync(join(location, 'sealed'), { recursive: true });
    writeFileSync(join(location, 'sealed', id), '');
  };
  const link = workerLink({
    worker: 'worker-a',
    stores: () => [{ name: 's', location, readonly: false }],
    threads: () => threads,
    record: () => present,
    command: async (command) => {
      const next = obeyed(present, command, '');
      const changed = next !== present;
      present = next;
      return changed;
    },
    emit: warningsTo(warnings),
    onChange: () => undefined,
  });
  return { link, warnings, keep, record: () => present };
}

const code = (act: () => unknown) => {
  try {
    act();
  } catch (thrown) {
    return (thrown as { code?: string }).code;
  }
  return undefined;
};

test('the first manager that says its id is remembered; one that does not say is passed over', async () => {
  const { link, record } = setup();
  await link.answered(null);
  expect(link.meant(undefined)).toBeNull();
  await link.answered('one');
  expect(record()).toMatchObject({ manager: 'one', firstManager: 'one' });
  await link.answered(null);
  expect(code(() => link.check(undefined))).toBeUndefined();
  expect(link.standsAside()).toBeNull();
});

describe('another one', () => {
  test('is refused in every call, said once, and forgotten when the first is back', async () => {
    const { link, warnings, keep } = setup();
    await link.answered('one');
    keep('s-t010000-1');
    for (const id of ['two', 'two', 'two']) await link.answered(id);
    for (const given of [undefined, null, { request: 'r', manager: 'one' }])
      expect(code(() => link.meant(given))).toBe('other_manager');
    expect(link.facts()).toEqual({ id: 'one', other: { id: 'two', since: expect.any(String) } });
    await link.answered('one');
    expect(link.meant(undefined)).toBe('one');
    expect(warnings).toEqual([
      expect.stringContaining('another manager answers: two'),
      'manager one answers again',
    ]);
  });

  test.each<[string, readonly ThreadView[], boolean]>([
    ['a thread has a sector', [pausedView({ incarnation: 1 })], false],
    ['a thread is not up, and may have one', [{ ...idle, mode: 'failed' }], false],
    ['a store keeps one', [idle], true],
  ])('is not gone by without an operator where %s', async (_, threads, isKept) => {
    const { link, keep } = setup(threads);
    await link.answered('one');
    if (isKept) keep('s-t020000-7');
    await link.answered('two');
    expect(link.facts().id).toBe('one');
  });

  test('is gone by where nothing is held', async () => {
    const { link, warnings } = setup();
    await link.answered('one');
    await link.answered('two');
    expect(link.facts()).toEqual({ id: 'two', other: null });
    expect(warnings).toEqual([expect.stringContaining('nothing is held here')]);
  });
});

describe('an operator', () => {
  test('adopts the one that answers, and no other than was shown', async () => {
    const { link, keep } = setup();
    await link.answered('one');
    expect(await link.adopt(undefined, by)).toBe(false);
    keep('s-t010000-1');
    await link.answered('two');
    expect(await rejectionOf(link.adopt('three', by))).toMatchObject({ code: 'revision_conflict' });
    expect(await link.adopt('two', by)).toBe(true);
    expect(link.meant(undefined)).toBe('two');
  });

  test('leaves what is in hand to who gave it, also what does not say so', async () => {
    const { link, keep } = setup();
    await link.answered('one');
    keep('s-t010000-1');
    await link.answered('two');
    await link.adopt('two', by);
    for (const given of [null, { request: 'r', manager: 'one' }])
      expect(code(() => link.meant(given))).toBe('not_your_sector');
    expect(link.meant({ request: 'r', manager: 'two' })).toBe('two');
    await link.answered('one');
    expect(link.meant({ request: 'r', manager: 'one' })).toBe('one');
    expect(code(() => link.meant(undefined))).toBe('other_manager');
  });
});

test('used numbers: of threads, of stores, and of what was ever given out here, of each miner the highest', async () => {
  const { link, keep } = setup([pausedView({ incarnation: 1 })]);
  keep('s-t010000-41');
  keep('s-t020000-7');
  keep('no-sector');
  await link.used({ miner: 30000, number: 5 });
  await link.used({ miner: 30000, number: 4 });
  expect(new Map((await link.usedNumbers()).map((used) => [used.Miner, used.Number]))).toEqual(
    new Map([
      [10000, 41],
      [20000, 7],
      [30000, 5],
    ]),
  );
});
