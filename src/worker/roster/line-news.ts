/** Refreshes the views of queued threads, and once more when they leave the queue: their events do not report a queue within a stage. */
import type { ThreadView } from '../../protocol/thread.js';

interface Shown {
  view(): ThreadView;
  refresh(): void;
}

export function lineNews(find: (index: number) => Shown | undefined): (indexes: readonly number[]) => void {
  const inLine = new Set<number>();
  return (indexes) => {
    for (const index of indexes) {
      const slot = find(index);
      if (!slot) continue;
      const { mode, waitingFor } = slot.view();
      const isInLine = mode === 'waiting' || waitingFor !== null;
      const was = inLine.delete(index);
      if (isInLine) inLine.add(index);
      if (isInLine || was) slot.refresh();
    }
  };
}
