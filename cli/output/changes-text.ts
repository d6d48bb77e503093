import { oneLine } from '../../src/protocol/text/escaped.js';
import type { ConfigChange } from '../../src/protocol/worker.js';

/** Differences of a configuration, one per line. */
export function changesText(changes: readonly ConfigChange[]): string {
  return changeLines(changes).join('\n');
}

export function changeLines(changes: readonly ConfigChange[]): readonly string[] {
  return changes.map((change) => oneLine(changeLine(change)));
}

function changeLine({ kind, what, from, to }: ConfigChange): string {
  switch (kind) {
    case 'added':
      return `+ ${what}${to === null ? '' : `: ${to}`}`;
    case 'removed':
      return `- ${what}${from === null ? '' : `: ${from}`}`;
    case 'changed':
      return `~ ${what}: ${from ?? 'none'} -> ${to ?? 'none'}`;
    case 'restart':
      return `! ${what}: needs a restart (${from ?? 'none'} -> ${to ?? 'none'})`;
  }
}
