import { expect, test } from 'vitest';
import { serviceChild, startSupervisor } from '#src/actors/index.js';
import { quiet } from '../tools/actors/world.js';

/** A service whose incarnations are counted; `broke` is what the latest one was given to say that it broke. */
function counted(stop: () => void | Promise<void> = () => undefined) {
  const facts = { starts: 0, stops: 0, broke: (_error: unknown): void => undefined };
  const start = serviceChild((fail) => {
    facts.starts += 1;
    facts.broke = fail;
    return {
      stop: () => {
        facts.stops += 1;
        return stop();
      },
    };
  });
  return { facts, start };
}

test('a service that says it broke is stopped, and started again', async () => {
  const { facts, start } = counted();
  const supervisor = await startSupervisor({ children: [{ id: 'a', start }] });
  const events: unknown[] = [];
  supervisor.subscribe(({ kind, exit }) => events.push([kind, exit?.kind]));
  facts.broke(new Error('port lost'));
  await quiet();
  expect(facts).toMatchObject({ starts: 2, stops: 1 });
  expect(events[0]).toEqual(['child.exited', 'crash']);
  await supervisor.stop();
  expect(facts.stops).toBe(2);
});

test('a fault told while the service still starts is not lost', async () => {
  let starts = 0;
  const start = serviceChild((fail) => {
    if (++starts === 1) fail(new Error('too early'));
    return { stop: () => undefined };
  });
  const supervisor = await startSupervisor({ children: [{ id: 'a', start }] });
  await quiet();
  expect(starts).toBe(2);
  await supervisor.stop();
});

test('a start that throws rejects with its reason', async () => {
  const start = serviceChild(() => {
    throw new Error('port taken');
  });
  await expect(startSupervisor({ children: [{ id: 'a', start }] })).rejects.toThrow('port taken');
});

test('an asked stop is shutdown and done when the service has stopped; two stops are one', async () => {
  let release: () => void = () => undefined;
  const { facts, start } = counted(
    () =>
      new Promise<void>((resolve) => {
        release = resolve;
      }),
  );
  const child = await start();
  if (child === 'ignore') throw new Error('no child');
  const stopped = [child.stop(), child.stop()];
  release();
  await Promise.all(stopped);
  expect(await child.exited).toEqual({ kind: 'shutdown' });
  expect(facts.stops).toBe(1);
});

test('a kill is told at once, also when the stop hangs', async () => {
  const { start } = counted(() => new Promise<void>(() => undefined));
  const child = await start();
  if (child === 'ignore') throw new Error('no child');
  child.kill();
  expect(await child.exited).toEqual({ kind: 'killed' });
});

test('a stop that throws still ends the child', async () => {
  const { start } = counted(() => {
    throw new Error('stop hook');
  });
  const supervisor = await startSupervisor({ children: [{ id: 'a', start }] });
  await supervisor.stop();
  expect(await supervisor.exited).toEqual({ kind: 'shutdown' });
});
