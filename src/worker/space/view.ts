import type { WorkerConfig } from '../../config/worker-config.js';
import type { StoreView } from '../../protocol/worker.js';
import type { Reading } from './disk.js';
import type { Room } from './policy.js';

/** The threads' locations, then all attached stores (read-only ones, too), in the order of the file. */
export function storeViews(
  { threads, attached }: Pick<WorkerConfig, 'threads' | 'attached'>,
  readingOf: (path: string) => Reading | undefined,
  roomOf: (path: string) => Room,
): readonly StoreView[] {
  const view = (kind: StoreView['kind'], name: string, location: string, isReadonly: boolean): StoreView => {
    const reading = readingOf(location);
    const { grantedBytes, holders, why } = roomOf(location);
    const { freeBytes, totalBytes } = reading?.isRead ? reading : { freeBytes: null, totalBytes: null };
    return { kind, name, location, isReadonly, freeBytes, totalBytes, grantedBytes, holders, why };
  };
  return [
    ...threads.map(({ index, location }) => view('location', `#${index}`, location, false)),
    ...attached.map(({ name, location, readonly }) => view('attached', name, location, readonly)),
  ];
}
