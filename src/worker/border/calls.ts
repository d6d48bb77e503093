/** Carries the contract between threads: the caller's side makes calls by name, the other side maps the names to verbs. */
import type { GivenBy } from '../../protocol/identity.js';
import { type MainSide, mainVerbs, type Names, type ThreadSide, threadVerbs } from './contract.js';

/** Sends a call to the other thread (`src/threads`). */
export type Call = (name: string, args: readonly unknown[]) => Promise<unknown>;

type Verb = (...args: never[]) => unknown;

/** An interface as the other thread sees it: every result is a promise. */
export type Remote<V> = {
  readonly [K in keyof V]: V[K] extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : never;
};

/** `before`: arguments put before those of each call. */
function remote<V>(names: Names<V>, call: Call, room = '', before: readonly unknown[] = []): Remote<V> {
  const verbs = Object.keys(names).map((name) => {
    const called = `${room}${name}`;
    return [name, (...args: unknown[]) => call(called, [...before, ...args])];
  });
  // The table has every verb of V; the answering side implements V's types.
  return Object.fromEntries(verbs) as Remote<V>;
}

/** A sealing thread, as the main thread calls it. */
export function threadOver(call: Call): Remote<ThreadSide> {
  return remote(threadVerbs, call);
}

/** The main thread, as a sealing thread calls it. */
export function mainOver(call: Call): MainSide {
  return {
    desk: remote(mainVerbs.desk, call, 'desk.'),
    stores: remote(mainVerbs.stores, call, 'stores.'),
    processes: remote(mainVerbs.processes, call, 'processes.'),
    settings: remote(mainVerbs.settings, call, 'settings.'),
    manager: (given) => remote(mainVerbs.manager, call, 'manager.', [given]),
  };
}

/** The verbs of one interface, without inherited members. */
function verbsOf<V extends Record<keyof V, Verb>>(
  names: Names<V>,
  side: V,
): readonly (readonly [name: string, verb: Verb])[] {
  const verbs: [string, Verb][] = [];
  for (const name in names) verbs.push([name, (...args) => side[name](...args)]);
  return verbs;
}

/** Answers one thread's calls; rejects a name that is not in the contract. */
export function dispatcher(side: MainSide): Call {
  const rooms: { readonly [R in keyof MainSide]: ReturnType<typeof verbsOf> } = {
    desk: verbsOf(mainVerbs.desk, side.desk),
    stores: verbsOf(mainVerbs.stores, side.stores),
    processes: verbsOf(mainVerbs.processes, side.processes),
    settings: verbsOf(mainVerbs.settings, side.settings),
    manager: Object.values(mainVerbs.manager).map((name) => [
      name,
      (given: GivenBy | null | undefined, ...args: never[]) => {
        const service = side.manager(given);
        const verb: Verb = service[name].bind(service);
        return verb(...args);
      },
    ]),
  };
  const verbs = new Map<string, Verb>(
    Object.entries(rooms).flatMap(([room, each]) =>
      each.map(([name, verb]) => [`${room}.${name}`, verb] as const),
    ),
  );
  return async (name, args) => {
    const verb = verbs.get(name);
    if (!verb) throw new Error(`a sealing thread called ${name}: the main thread has no such verb`);
    // `mainOver` made the call with the same interface.
    return verb(...(args as never[]));
  };
}
