import type { ConfigChange } from '../protocol/worker.js';
import { type Setting, settingsAbove, settingsBelow, threadName, threadSettings } from './settings.js';
import type { ThreadConfig } from './thread-config.js';
import type { WorkerConfig } from './worker-config.js';

/**
 * Changes that bring a worker from `running` to `wanted`, in the order of the file, each key once. Threads are matched
 * by location. A secret reads `(secret)`, and `(changed)` if it differs.
 */
export function configChanges(running: WorkerConfig, wanted: WorkerConfig): readonly ConfigChange[] {
  return [
    ...settingChanges(settingsAbove(running), settingsAbove(wanted)),
    ...threadChanges(running.threads, wanted.threads),
    ...settingChanges(settingsBelow(running), settingsBelow(wanted)),
  ];
}

function threadChanges(running: readonly ThreadConfig[], wanted: readonly ThreadConfig[]) {
  return paired(running, wanted, ({ location }) => location).flatMap(([before, after]) => {
    if (before && after) return settingChanges(threadSettings(before), threadSettings(after));
    return [...cameOrWent('removed', before), ...cameOrWent('added', after)];
  });
}

function cameOrWent(kind: 'added' | 'removed', thread: ThreadConfig | undefined): readonly ConfigChange[] {
  if (!thread) return [];
  const [from, to] = kind === 'removed' ? [thread.plan, null] : [null, thread.plan];
  return [{ kind, what: threadName(thread.location), from, to }];
}

function settingChanges(running: readonly Setting[], wanted: readonly Setting[]): readonly ConfigChange[] {
  return paired(running, wanted, ({ key }) => key).flatMap(([before, after]) => change(before, after));
}

function change(before: Setting | undefined, after: Setting | undefined): readonly ConfigChange[] {
  const setting = after ?? before;
  const [from, to] = [before?.text ?? null, after?.text ?? null];
  if (!setting || (from === to && before?.secret === after?.secret)) return [];
  const kind = setting.isFixed ? 'restart' : 'changed';
  return [{ kind, what: setting.key, from, to: from === to ? '(changed)' : to }];
}

/** Pairs of items with the same key, in the order of `after`; an item only in `before` keeps its predecessor. */
function paired<T>(before: readonly T[], after: readonly T[], keyOf: (item: T) => string) {
  const olds = new Map(before.map((item) => [keyOf(item), item]));
  const news = new Map(after.map((item) => [keyOf(item), item]));
  const order = [...news.keys()];
  let previous = '';
  for (const key of olds.keys()) {
    if (!news.has(key)) order.splice(order.indexOf(previous) + 1, 0, key);
    previous = key;
  }
  return order.map((key) => [olds.get(key), news.get(key)] as const);
}
