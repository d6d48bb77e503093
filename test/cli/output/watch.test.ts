import { expect, test } from 'vitest';
import { type Shown, watch } from '#cli/output/watch.js';

/** What a terminal of that size is written until the third time, one element a write. */
async function setup(rows: number, shown: Shown) {
  const writes: string[] = [];
  const stream = { isTTY: true, columns: 80, rows, write: (text: string) => writes.push(text) };
  const enough = new Error('enough');
  let times = 0;
  const wait = () => {
    times += 1;
    return times < 3 ? Promise.resolve() : Promise.reject(enough);
  };
  await expect(watch(true, () => Promise.resolve(shown), stream, wait)).rejects.toBe(enough);
  return writes;
}

const threads = Array.from({ length: 12 }, (_, index) => `#${index}: ${'x'.repeat(200)}`);

test('twelve long lines fit 80x24: each in one row, none scrolled away, drawn in place in one write', async () => {
  const writes = await setup(24, { text: threads.join('\n'), notes: ['the worker is cordoned'] });
  expect(writes).toHaveLength(3);
  const rows = (writes[2] ?? '').split('\n');
  expect(rows[0]?.startsWith('\u001b[13A')).toBe(true);
  for (const index of threads.keys()) expect(rows[index]).toContain(`#${index}: x`);
  expect(rows[12]).toContain('the worker is cordoned');
  expect(writes.join('')).not.toContain('\u001b[2J');
});

test('what does not fit is counted', async () => {
  const [first = ''] = await setup(8, { text: threads.join('\n') });
  expect(first).toContain('… 6 more');
});

test('a terminal that is too narrow for the lines shows the narrow text, a wide enough one the lines', async () => {
  const narrow = '#0 s-t010000-2 C1Done';
  expect((await setup(24, { text: threads.join('\n'), narrow }))[0]).toContain(narrow);
  expect((await setup(24, { text: 'short', narrow }))[0]).not.toContain(narrow);
});
