import type { TreeNode } from '#src/actors/index.js';

/** A child as a tree shows it: up for the first time, unless said otherwise. */
export const node = (id: string, facts: Partial<TreeNode> = {}): TreeNode => ({
  id,
  type: 'worker',
  strategy: null,
  status: 'running',
  incarnation: 1,
  since: '2026-11-22T10:00:00.000Z',
  restarts: { inPeriod: 0, total: 0 },
  lastExit: null,
  heartbeatAgeMs: null,
  heapBytes: null,
  children: [],
  ...facts,
});
