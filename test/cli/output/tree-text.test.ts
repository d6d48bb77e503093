import { expect, test } from 'vitest';
import { treeText } from '#cli/output/tree-text.js';
import { node } from '../../tools/actors/node.js';

const nowMs = Date.parse('2026-11-22T10:10:00.000Z');
test('a tree is a line a child, with what is known of it', () => {
  const root = node('worker', {
    type: 'supervisor',
    strategy: 'one_for_one',
    pid: 4711,
    children: [
      node('threads', {
        strategy: 'one_for_one',
        children: [
          node('thread-0', {
            incarnation: 3,
            since: '2026-11-22T10:09:30.500Z',
            restarts: { inPeriod: 1, total: 2 },
            lastExit: { kind: 'crash', reason: 'out of\nmemory', at: '2026-11-22T10:09:30.000Z' },
            threadId: 9,
            heapBytes: 5 * 2 ** 20,
            heartbeatAgeMs: 321.4,
          }),
          node('thread-1', { status: 'failed' }),
        ],
      }),
      node('control'),
    ],
  });
  expect(treeText(root, nowMs).split('\n')).toEqual([
    'worker  one_for_one  running for 10m0s  #1  pid 4711',
    '├─ threads  one_for_one  running for 10m0s  #1',
    '│  ├─ thread-0  running for 29s  #3  restarts 2 (1 lately)  thread 9  heap 5.0 MiB  beat 321 ms ago  last exit crash: out of memory',
    '│  └─ thread-1  failed for 10m0s  #1',
    '└─ control  running for 10m0s  #1',
  ]);
});
