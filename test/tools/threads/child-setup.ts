import { onTestFinished } from 'vitest';
import { type ChildSpec, type Exit, type Supervisor, startSupervisor } from '#src/actors/index.js';
import { type EntryOptions, type ThreadChild, threadChild } from '#src/threads/index.js';
import { fixture } from './setup.js';

export interface ChildSetup extends Partial<EntryOptions<unknown>> {
  readonly spec?: Partial<ChildSpec>;
  readonly intensity?: number;
}

/** Threads of `actor.mjs` under a supervisor, with everything they said; all of it is gone when the test is. */
export async function underSupervisor(
  ids: readonly string[] = ['one'],
  { spec, intensity = 100, ...options }: ChildSetup = {},
) {
  const said: unknown[] = [];
  const start = threadChild({
    entry: fixture('actor.mjs'),
    name: 'actor',
    onEvent: (event) => void said.push(event),
    ...options,
  });
  const supervisor = await startSupervisor({
    intensity,
    children: ids.map((id) => ({ id, start, ...spec })),
  });
  onTestFinished(async () => {
    supervisor.kill();
    await supervisor.exited;
  });
  return { supervisor, said, child: (id = 'one') => childOf(supervisor, id) };
}

/** One thread of `actor.mjs` without a supervisor. */
export async function alone(options: Partial<EntryOptions<unknown>> = {}, ...args: readonly unknown[]) {
  const said: unknown[] = [];
  const onEvent = (event: unknown) => void said.push(event);
  const start = threadChild({ entry: fixture('actor.mjs'), name: 'actor', onEvent, ...options });
  const child = await start(...args);
  onTestFinished(async () => {
    child.kill();
    await child.exited;
  });
  return { child, said, start };
}

/** The incarnation that lives. */
export function childOf(supervisor: Supervisor, id: string): ThreadChild {
  const child = supervisor.whichChildren().find((info) => info.id === id)?.child;
  // Only threads are started here.
  if (typeof child === 'object') return child as ThreadChild;
  throw new Error(`${id} is ${child ?? 'down'}`);
}

/** Resolves with the next incarnation's number when the child is up again. */
export function backUp(supervisor: Supervisor, id = 'one'): Promise<ThreadChild> {
  return new Promise((resolve) => {
    const leave = supervisor.subscribe((event) => {
      if (event.kind !== 'child.started' || event.id !== id) return;
      leave();
      resolve(childOf(supervisor, id));
    });
  });
}

/** What a crash was told with. */
export function errorOf(exit: Exit): unknown {
  return exit.kind === 'crash' ? exit.error : undefined;
}

/** A call whose answer nobody waits for. */
export function call(child: ThreadChild, verb: string, ...args: readonly unknown[]): void {
  child.call(verb, args, 20_000).catch(() => undefined);
}
