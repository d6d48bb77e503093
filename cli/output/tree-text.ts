import type { TreeNode } from '../../src/actors/index.js';
import { passedMs } from '../../src/protocol/clock.js';
import { formatGoDuration } from '../../src/protocol/text/duration.js';
import { oneLine } from '../../src/protocol/text/escaped.js';

/** A supervisor tree as text, one line per child. */
export function treeText(root: TreeNode, nowMs: number): string {
  return linesOf(root, nowMs, '', '').join('\n');
}

function linesOf(node: TreeNode, nowMs: number, first: string, rest: string): readonly string[] {
  const below = node.children.flatMap((child, at) => {
    const isLast = at === node.children.length - 1;
    return linesOf(child, nowMs, `${rest}${isLast ? '└─ ' : '├─ '}`, `${rest}${isLast ? '   ' : '│  '}`);
  });
  return [`${first}${nodeText(node, nowMs)}`, ...below];
}

function nodeText(node: TreeNode, nowMs: number): string {
  const ageMs = Math.floor(passedMs(node.since, nowMs) / 1000) * 1000;
  const { inPeriod, total } = node.restarts;
  const { lastExit } = node;
  return [
    oneLine(node.id),
    node.strategy ?? '',
    `${node.status} for ${formatGoDuration(ageMs)}`,
    `#${node.incarnation}`,
    total > 0 ? `restarts ${total} (${inPeriod} lately)` : '',
    node.pid === undefined ? '' : `pid ${node.pid}`,
    node.threadId === undefined ? '' : `thread ${node.threadId}`,
    node.heapBytes === null ? '' : `heap ${(node.heapBytes / 2 ** 20).toFixed(1)} MiB`,
    node.heartbeatAgeMs === null ? '' : `beat ${Math.round(node.heartbeatAgeMs)} ms ago`,
    node.note === undefined ? '' : oneLine(node.note),
    lastExit ? `last exit ${lastExit.kind}${lastExit.reason ? `: ${brief(lastExit.reason)}` : ''}` : '',
  ]
    .filter((part) => part !== '')
    .join('  ');
}

const brief = (text: string) => oneLine(text.replaceAll(/\s+/g, ' ').slice(0, 160));
