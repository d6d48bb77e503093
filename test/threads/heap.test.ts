/** `npm run test:nodes` runs these thirty times on each Node. */
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { alone, errorOf } from '../tools/threads/child-setup.js';
import { fixture, longMs, rejectionOf } from '../tools/threads/setup.js';

const runs = Number(process.env.HEAP_RUNS ?? 2);
const entry = fixture('fills-heap.mjs');
const resourceLimits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 };
/** Node 22.14 and 22.15 have no way to look into a thread that is busy; there V8's own end is all there is. */
const looksInside = 'getHeapStatistics' in Worker.prototype;
/** `arrays` is a loop that nobody can interrupt from Node 24 on, unless V8 is told to let it be. */
const ways = ['arrays', 'objects', 'answers that are parsed', 'promises', 'turns'];
if (looksInside) ways.push('one array that grows');

describe.each(ways)('a thread that fills its heap with %s', (way) => {
  test('is ended before V8 does it, with what it used and might', {
    timeout: runs * 10_000 + 30_000,
  }, async () => {
    for (let run = 0; run < runs; run += 1) {
      const { child } = await alone({ entry, resourceLimits, heartbeatMs: 20_000 });
      child.call('fill', [way], longMs).catch(() => undefined);
      const exit = await child.exited;
      expect(exit).toMatchObject({ kind: 'crash', error: { code: 'thread_out_of_memory' } });
      if (looksInside)
        expect(errorOf(exit)).toMatchObject({
          message: expect.stringMatching(/^actor used \d+ MiB of its 64 MiB of heap and was ended: /),
        });
    }
  });
});

test.runIf(looksInside)(
  'a thread that fills its heap before it is up has not started, for this reason',
  async () => {
    const failed = await rejectionOf(
      alone({ entry, resourceLimits, heartbeatMs: 20_000, data: { atOnce: 'objects' } }),
    );
    expect(failed).toMatchObject({ code: 'start_failed', cause: { code: 'thread_out_of_memory' } });
  },
);

test('a thread that keeps a third of its heap in use goes on, whatever garbage it makes', async () => {
  const { child } = await alone({ entry, resourceLimits });
  expect(await child.call('keepAndWork', [21, 10], longMs)).toBe(10);
});
