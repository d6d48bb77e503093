/** What the worker tells whoever watches it; the last of it is kept, so that a watcher who was cut off misses nothing. */
import { randomUUID } from 'node:crypto';
import type { ThreadView } from '../protocol/thread.js';
import type { WorkerNews, WorkerView } from '../protocol/worker.js';

/** What a watcher starts from: everything as it is now. The first event of a stream that does not continue where another ended. */
export interface Snapshot {
  readonly type: 'reset';
  readonly threads: readonly ThreadView[];
  readonly worker: WorkerView;
}

export interface HubEvent {
  /** `<boot>-<n>`: ids of another boot are known as such. */
  readonly id: string;
  readonly news: WorkerNews;
  /** The news as JSON, made once for all who watch. */
  text(): string;
}

export interface Subscription {
  /** What was published behind `after`; `'too old'` when that is not known any more, or never was. */
  readonly missed: readonly HubEvent[] | 'too old';
  /** The id of the latest event before this subscription's own. */
  readonly latest: string;
  unsubscribe(): void;
}

export interface EventHub {
  publish(news: WorkerNews): void;
  /** `listener` hears all that is published from now on, and must not throw. Without `after` nothing was missed. */
  subscribe(after: string | undefined, listener: (event: HubEvent) => void): Subscription;
}

/** Keeps the last `keep` events. `boot` marks the ids of this start of the worker. */
export function eventHub({
  keep = 1000,
  boot = randomUUID().slice(0, 8),
}: {
  readonly keep?: number;
  readonly boot?: string;
} = {}): EventHub {
  const kept: HubEvent[] = [];
  const listeners = new Set<(event: HubEvent) => void>();
  let last = 0;
  const idOf = (n: number) => `${boot}-${n}`;

  const since = (after: string): Subscription['missed'] => {
    const n = Number(/^-(\d{1,15})$/.exec(after.startsWith(boot) ? after.slice(boot.length) : '')?.[1]);
    if (!(n <= last && n >= last - keep)) return 'too old';
    return Array.from({ length: last - n }, (_, at) => kept[(n + 1 + at) % keep]).filter(
      (event) => event !== undefined,
    );
  };
  return {
    publish: (news) => {
      last += 1;
      const event = eventOf(idOf(last), news);
      kept[last % keep] = event;
      for (const listener of listeners) listener(event);
    },
    subscribe: (after, listener) => {
      // One of its own: the same function may listen twice.
      const own = (event: HubEvent) => listener(event);
      listeners.add(own);
      return {
        missed: after === undefined ? [] : since(after),
        latest: idOf(last),
        unsubscribe: () => void listeners.delete(own),
      };
    },
  };
}

function eventOf(id: string, news: WorkerNews): HubEvent {
  let text: string | undefined;
  return {
    id,
    news,
    text: () => {
      text ??= JSON.stringify(news);
      return text;
    },
  };
}
