/** How the contract crosses the border: calls by name on the side that asks, and the verbs behind the names on the other. */
import type { GivenBy } from '../../protocol/identity.js';
import { type MainSide, mainVerbs, type Names, type ThreadSide, threadVerbs } from './contract.js';

/** What carries a call over the border (`src/threads`). */
export type Call = (name: string, args: readonly unknown[]) => Promise<unknown>;

type Verb = (...args: never[]) => unknown;

/** An interface as it is used from the other side of the border: what answers at once there answers later here. */
export type Remote<V> = {
  readonly [K in keyof V]: V[K] extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : never;
};

/** `before`: arguments that come before those of each call. */
function remote<V>(names: Names<V>, call: Call, room = '', before: readonly unknown[] = []): Remote<V> {
  const verbs = Object.keys(names).map((name) => {
    const called = `${room}${name}`;
    return [name, (...args: unknown[]) => call(called, [...before, ...args])];
  });
  // The table has every verb of V, and V's types are those of the side that answers.
  return Object.fromEntries(verbs) as Remote<V>;
}

/** A sealing thread, as the main thread asks it. */
export function threadOver(call: Call): Remote<ThreadSide> {
  return remote(threadVerbs, call);
}

/** The main thread, as a sealing thread asks it. */
export function mainOver(call: Call): MainSide {
  return {
    desk: remote(mainVerbs.desk, call, 'desk.'),
    stores: remote(mainVerbs.stores, call, 'stores.'),
    processes: remote(mainVerbs.processes, call, 'processes.'),
    settings: remote(mainVerbs.settings, call, 'settings.'),
    manager: (given) => remote(mainVerbs.manager, call, 'manager.', [given]),
  };
}

/** The verbs of one interface, without what an object inherits. */
function verbsOf<V extends Record<keyof V, Verb>>(
  names: Names<V>,
  side: V,
): readonly (readonly [name: string, verb: Verb])[] {
  const verbs: [string, Verb][] = [];
  for (const name in names) verbs.push([name, (...args) => side[name](...args)]);
  return verbs;
}

/** Answers one thread's calls; refuses a name that the contract does not have. */
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
    // `mainOver` made the call, by the same interface.
    return verb(...(args as never[]));
  };
}
