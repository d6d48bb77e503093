/** The worker's events for its watchers. The latest are kept, so that a watcher can reconnect without missing any. */
import { randomUUID } from 'node:crypto';
import type { ThreadView } from '../protocol/thread.js';
import type { WorkerNews, WorkerView } from '../protocol/worker.js';

/** The complete current state: the first event of a stream that does not continue an earlier one. */
export interface Snapshot {
  readonly type: 'reset';
  readonly threads: readonly ThreadView[];
  readonly worker: WorkerView;
}

export interface HubEvent {
  /** `<boot>-<n>`: `boot` tells ids of another start apart. */
  readonly id: string;
  readonly news: WorkerNews;
  /** The news as JSON, serialized once for all watchers. */
  text(): string;
}

export interface Subscription {
  /** What was published after `after`; `'too old'` if that id is no longer known or never was. */
  readonly missed: readonly HubEvent[] | 'too old';
  /** The id of the latest event when the subscription was made. */
  readonly latest: string;
  unsubscribe(): void;
}

export interface EventHub {
  publish(news: WorkerNews): void;
  /** `listener` gets every event published from now on, and must not throw. Without `after`, `missed` is empty. */
  subscribe(after: string | undefined, listener: (event: HubEvent) => void): Subscription;
}

/** Keeps the last `keep` events. `boot` prefixes the ids of this start of the worker. */
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
      // A new function each time: the same listener may subscribe twice.
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
