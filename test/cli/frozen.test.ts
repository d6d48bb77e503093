/** Processes that stand still: what is told of them, and that a stop would lose their work. */
import { expect, test } from 'vitest';
import { stop } from '#cli/commands/worker/life.js';
import { showText } from '#cli/output/show-text.js';
import { memoryText, threadLine, wideSuffix } from '#cli/output/upstream-text.js';
import { frozenLine, workerText } from '#cli/output/worker-text.js';
import { captured, listening } from '../tools/cli/setup.js';
import { workerViewOf } from '../tools/http/setup.js';
import { nowMs, pausedView, viewOf } from '../tools/protocol/views.js';

const said = captured();
const gib = 2 ** 30;
const frozen = [
  { index: 0, name: 'pc1', pid: 4711, bytes: 56.25 * gib },
  { index: 2, name: 'c2', pid: 4712, bytes: null },
];
const view = pausedView({ processor: { name: 'pc1', pid: 4711, frozenBytes: 56.25 * gib } });

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [12.34 * gib, '12.3 GiB'],
  [5000 * 1024 * gib, '4.9 PiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(memoryText(bytes)).toBe(text);
});

test('show and list --wide tell the memory of a frozen process, list alone prints the line of venus-cluster v0.2', () => {
  expect(showText(view, { stage: null, sector: null }, [], nowMs)).toMatch(
    /^processor +pc1 \(pid 4711\), frozen with 56\.3 GiB of memory$/m,
  );
  expect(wideSuffix(view, nowMs)).toContain(', frozen="56.3 GiB"');
  expect(wideSuffix(pausedView(), nowMs)).not.toContain('frozen');
  expect(threadLine(view, nowMs)).toBe(threadLine(pausedView(), nowMs));
});

test('info lists what is frozen, with its memory as far as it is known', () => {
  expect(workerText(workerViewOf({ frozen }), nowMs)).toContain(
    ['Frozen  Stage  Pid   Memory', '#0      pc1    4711  56.3 GiB', '#2      c2     4712  -'].join('\n'),
  );
  expect(workerText(workerViewOf(), nowMs)).not.toContain('Frozen');
  expect(frozenLine(frozen)).toBe('frozen: #0 pc1 (pid 4711, 56.3 GiB), #2 c2 (pid 4712)');
});

async function stopped(isFrozen: boolean, yes: boolean) {
  let asked = 0;
  const { worker } = await listening([viewOf()], {
    worker: () => (isFrozen ? workerViewOf({ frozen }) : workerViewOf()),
    stop: async () => {
      asked += 1;
      return { ...workerViewOf(), changed: true, message: 'done' };
    },
  });
  const error = await stop({ worker, yes }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return { asked, error };
}

test('stop, where nobody can be asked, refuses to lose frozen work; --yes does not, and without any it stops', async () => {
  expect(await stopped(true, false)).toEqual({
    asked: 0,
    error: expect.objectContaining({
      code: 'usage',
      message: expect.stringMatching(/^frozen: #0 pc1 \(pid 4711.*started over.*stop with --yes$/),
    }),
  });
  expect(await stopped(true, true)).toEqual({ asked: 1, error: null });
  expect(await stopped(false, false)).toEqual({ asked: 1, error: null });
  expect(said.out).toBe('');
});
