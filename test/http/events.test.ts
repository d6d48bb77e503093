/** Server-sent events of a worker: who comes first, who comes again, who does not read. */
import { get as httpGet, type IncomingMessage } from 'node:http';
import { createParser } from 'eventsource-parser';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { serve } from '#src/http/serve.js';
import { type EventHub, eventHub } from '#src/worker/event-hub.js';
import { rowOf } from '../tools/cli/setup.js';
import { get, problemOf, workerDoors, workerViewOf } from '../tools/http/setup.js';
import { viewOf } from '../tools/protocol/views.js';

afterEach(() => vi.useRealTimers());

const path = '/api/v1/events';
const thread = (index: number, revision: number) => ({
  type: 'thread' as const,
  view: viewOf({ index, revision }),
});
const row = (index: number, seq: number) => ({ type: 'row' as const, index, row: rowOf({ seq }) });

/** The events of an answer, in turn. */
function reader(response: Response) {
  const events: { id?: string | undefined; event?: string | undefined; data: unknown }[] = [];
  const comments: string[] = [];
  const parser = createParser({
    onEvent: ({ id, event, data }) => events.push({ id, event, data: JSON.parse(data) }),
    onComment: (comment) => comments.push(comment),
  });
  const body = response.body?.getReader();
  onTestFinished(async () => void (await body?.cancel()));
  const decoder = new TextDecoder();
  const more = async () => {
    const { done, value } = (await body?.read()) ?? { done: true, value: undefined };
    if (done) return false;
    parser.feed(decoder.decode(value, { stream: true }));
    return true;
  };
  return {
    cancel: () => body?.cancel(),
    next: async () => {
      while (events.length === 0) if (!(await more())) return undefined;
      return events.shift();
    },
    comment: async () => {
      while (comments.length === 0) if (!(await more())) return undefined;
      return comments.shift();
    },
  };
}

async function watch(doors: ReturnType<typeof workerDoors>, query = '', lastId?: string) {
  const headers = lastId === undefined ? {} : { 'last-event-id': lastId };
  const response = await doors.app.request(`${path}${query}`, { headers });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  return reader(response);
}

test('who comes first gets all as it is now, and then what changes', async () => {
  const doors = workerDoors([viewOf()]);
  doors.events.publish(thread(0, 1));
  const { next } = await watch(doors);
  expect(await next()).toMatchObject({
    event: 'reset',
    id: 'b1-1',
    data: { type: 'reset', threads: [viewOf()], worker: { name: 'w1', life: 'serving' } },
  });
  doors.events.publish(thread(0, 2));
  doors.events.publish(row(0, 5));
  doors.events.publish({ type: 'worker', view: workerViewOf({ life: 'cordoned' }) });
  expect(await next()).toEqual({ event: 'thread', id: 'b1-2', data: thread(0, 2) });
  expect(await next()).toEqual({ event: 'row', id: 'b1-3', data: row(0, 5) });
  expect(await next()).toMatchObject({ event: 'worker', id: 'b1-4', data: { view: { life: 'cordoned' } } });
});

test.each([
  ['by Last-Event-ID', '', 'b1-1'],
  ['by ?after', '?after=b1-1', undefined],
  ['by Last-Event-ID before ?after', '?after=b1-0', 'b1-1'],
])('a client that was cut off continues where it was: %s', async (_, query, lastId) => {
  const doors = workerDoors([viewOf()]);
  for (const revision of [1, 2, 3]) doors.events.publish(thread(0, revision));
  const { next } = await watch(doors, query, lastId);
  doors.events.publish(thread(0, 4));
  expect([(await next())?.id, (await next())?.id, (await next())?.id]).toEqual(['b1-2', 'b1-3', 'b1-4']);
});

test.each(['b1-9', 'b0-1', 'b1-x', 'x', 'b1-1.5', 'b1--1'])(
  'an id that is not known (%s) starts over with a reset',
  async (lastId) => {
    const doors = workerDoors([viewOf()]);
    doors.events.publish(thread(0, 1));
    const { next } = await watch(doors, '', lastId);
    expect(await next()).toMatchObject({ event: 'reset', id: 'b1-1' });
  },
);

test('?thread and ?types choose', async () => {
  const doors = workerDoors([viewOf(), viewOf({ index: 1 })]);
  const ofOne = await watch(doors, '?thread=1');
  const rows = await watch(doors, '?types=row&thread=0');
  expect(await ofOne.next()).toMatchObject({ data: { threads: [viewOf({ index: 1 })] } });
  await rows.next();
  for (const news of [thread(0, 2), thread(1, 2), row(1, 3), row(0, 3)]) doors.events.publish(news);
  doors.events.publish({ type: 'worker', view: workerViewOf() });
  expect([(await ofOne.next())?.id, (await ofOne.next())?.id]).toEqual(['b1-2', 'b1-3']);
  expect(await ofOne.next()).toMatchObject({ event: 'worker' });
  expect(await rows.next()).toMatchObject({ id: 'b1-4', data: row(0, 3) });
});

test.each(['thread=x', 'thread=-1', 'types=rows', 'types=', 'follow=1'])('?%s is refused', async (query) => {
  const { app } = workerDoors();
  const [name = ''] = query.split('=');
  expect(await get(app, `${path}?${query}`)).toEqual(
    problemOf(400, 'invalid_request', expect.stringMatching(new RegExp(`^events.*${name}`))),
  );
});

test('a silent stream says every 15 s that it lives', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const { next, comment } = await watch(workerDoors([viewOf()]));
  await next();
  vi.advanceTimersByTime(15_000);
  expect(await comment()).toBe('ping');
});

/** Counts who listens. */
function counted(hub: EventHub) {
  let now = 0;
  const { promise: none, resolve: left } = Promise.withResolvers<void>();
  const subscribe: EventHub['subscribe'] = (after, listener) => {
    const subscription = hub.subscribe(after, listener);
    now += 1;
    let isIn = true;
    return {
      ...subscription,
      unsubscribe: () => {
        subscription.unsubscribe();
        if (isIn) now -= 1;
        isIn = false;
        if (now === 0) left();
      },
    };
  };
  return { none, subscribe };
}

async function serving() {
  const doors = workerDoors([viewOf()]);
  const { none, subscribe } = counted(eventHubOf(doors));
  Object.assign(doors.events, { subscribe });
  const served = await serve(doors.app, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => served.close());
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpGet(`http://127.0.0.1:${served.port}${path}`, resolve).once('error', reject);
  });
  return { ...doors, served, response, none };
}
const eventHubOf = ({ events }: { readonly events: EventHub }): EventHub => ({ ...events });

test('a client that goes away is listened for no more', async () => {
  const { response, none } = await serving();
  response.destroy();
  await none;
});

test('the end of the server ends the stream', async () => {
  const { response, none, served } = await serving();
  const gone = new Promise<void>((resolve) => response.once('close', resolve).on('error', () => {}));
  response.resume();
  await served.close();
  await Promise.all([none, gone]);
});

test('a client that does not read is cut off, and what waited for it is let go', async () => {
  const { response, none, events } = await serving();
  response.pause();
  const gone = new Promise<void>((resolve) => response.once('close', resolve).on('error', () => {}));
  const large = { ...thread(0, 1), view: viewOf({ location: 'x'.repeat(100_000) }) };
  // A turn between them, so that the stream may write: what a socket holds by itself is not much.
  for (let n = 0; n < 1500; n += 1) {
    events.publish(large);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await none;
  response.resume();
  await gone;
});

test('a hub keeps no more than it should', () => {
  const hub = eventHub({ keep: 3, boot: 'b' });
  for (let n = 1; n <= 5; n += 1) hub.publish(thread(0, n));
  const missed = (after: string) => {
    const { missed, unsubscribe } = hub.subscribe(after, () => {});
    unsubscribe();
    return missed === 'too old' ? missed : missed.map((event) => event.id);
  };
  expect(['b-1', 'b-2', 'b-4', 'b-5', 'b-6', 'b-', ''].map(missed)).toEqual([
    'too old',
    ['b-3', 'b-4', 'b-5'],
    ['b-5'],
    [],
    'too old',
    'too old',
    'too old',
  ]);
});

test('who has unsubscribed hears nothing, and one of two who listen alike may go alone', () => {
  const hub = eventHub();
  const listener = vi.fn();
  const first = hub.subscribe(undefined, listener);
  hub.subscribe(undefined, listener);
  first.unsubscribe();
  first.unsubscribe();
  hub.publish(thread(0, 1));
  expect(listener).toHaveBeenCalledTimes(1);
});
