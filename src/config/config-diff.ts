import type { ConfigChange } from '../protocol/worker.js';
import { type Setting, settingsAbove, settingsBelow, threadName, threadSettings } from './config-settings.js';
import type { WorkerConfig } from './worker-config.js';

/**
 * What is to be done for a worker that runs with `running` to run with `wanted`, in the order of the file, each key
 * once. Threads are the same by their location. What must not be printed reads `(secret)`, and `(changed)` where it was.
 */
export function configChanges(running: WorkerConfig, wanted: WorkerConfig): readonly ConfigChange[] {
  return [
    ...settingChanges(settingsAbove(running), settingsAbove(wanted)),
    ...threadChanges(running, wanted),
    ...settingChanges(settingsBelow(running), settingsBelow(wanted)),
  ];
}

function threadChanges(running: WorkerConfig, wanted: WorkerConfig): readonly ConfigChange[] {
  const before = new Map(running.threads.map((thread) => [thread.location, thread]));
  const kept = new Set(wanted.threads.map((thread) => thread.location));
  const keptOrAdded = wanted.threads.flatMap((thread): readonly ConfigChange[] => {
    const { location, plan } = thread;
    const old = before.get(location);
    if (old) return settingChanges(threadSettings(old), threadSettings(thread));
    return [{ kind: 'added', what: threadName(location), from: null, to: plan }];
  });
  const removed = running.threads
    .filter(({ location }) => !kept.has(location))
    .map(({ location, plan }) => ({
      kind: 'removed' as const,
      what: threadName(location),
      from: plan,
      to: null,
    }));
  return [...keptOrAdded, ...removed];
}

/** Those that `wanted` sets, then those that only `running` does. */
function settingChanges(running: readonly Setting[], wanted: readonly Setting[]): readonly ConfigChange[] {
  const before = new Map(running.map((setting) => [setting.key, setting]));
  const after = new Map(wanted.map((setting) => [setting.key, setting]));
  const gone = running.filter(({ key }) => !after.has(key)).map((old) => change(old, undefined));
  return [...wanted.map((setting) => change(before.get(setting.key), setting)), ...gone].flat();
}

function change(before: Setting | undefined, after: Setting | undefined): readonly ConfigChange[] {
  const setting = after ?? before;
  const [from, to] = [before?.text ?? null, after?.text ?? null];
  if (!setting || (from === to && before?.secret === after?.secret)) return [];
  const kind = setting.isFixed ? 'restart' : 'changed';
  return [{ kind, what: setting.key, from, to: from === to ? '(changed)' : to }];
}
