/** `GET /api/v1/events`: changes, as server-sent events; a client that reconnects continues where it was. */

import type { Context, Hono } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import * as z from 'zod';
import { every } from '../actors/system-clock.js';
import type { WorkerNews } from '../protocol/worker.js';
import type { EventHub, HubEvent, Snapshot } from '../worker/event-hub.js';
import type { Worker } from '../worker/worker.js';
import { permits } from './load.js';
import { nodeSide } from './node-side.js';
import { parse } from './parse.js';

const pingMs = 15_000;
/** A client with more waiting events than this is not reading: it is cut off. If it reconnects too late, it gets a reset. */
const mostWaiting = 1000;

const newsTypes = ['thread', 'row', 'worker'] as const satisfies readonly WorkerNews['type'][];
export const eventsQuery = z.strictObject({
  after: z.string().max(100).optional(),
  thread: z
    .string()
    .regex(/^\d{1,6}$/, 'the index of a thread')
    .transform(Number)
    .optional(),
  types: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(newsTypes)))
    .optional(),
});
type EventsQuery = z.output<typeof eventsQuery>;

/** Each open page takes one, and each command that follows events. */
const mostStreams = 100;

export function eventRoutes(
  app: Hono,
  { control, events }: Pick<Worker, 'control' | 'events'>,
  most = mostStreams,
): void {
  const streams = permits(most, 'too many streams of events are open');
  app.get('/api/v1/events', (c) => {
    const query = parse(eventsQuery, c.req.query(), 'events');
    // Hono answers HEAD by the route of GET without reading the body: the stream would never end.
    if (c.req.method === 'HEAD') return c.body(null, 200, { 'content-type': 'text/event-stream' });
    const giveBack = streams.take();
    const after = c.req.header('last-event-id') || query.after;
    // Taken in the same turn of the event loop as the subscription, so no change is missed in between.
    const now = snapshot(control, query);
    return streamSSE(c, (stream) =>
      follow(stream, events, { query, after, now, drop: () => cutOff(c, stream) }).finally(giveBack),
    );
  });
}

async function follow(
  stream: SSEStreamingApi,
  events: EventHub,
  { query, after, now, drop }: { query: EventsQuery; after: string | undefined; now: Snapshot; drop(): void },
): Promise<void> {
  const waiting: HubEvent[] = [];
  let wake = () => {};
  const { missed, latest, unsubscribe } = events.subscribe(after, (event) => {
    if (!isWanted(event.news, query)) return;
    waiting.push(event);
    if (waiting.length > mostWaiting) drop();
    wake();
  });
  stream.onAbort(() => {
    unsubscribe();
    waiting.length = 0;
    wake();
  });
  const stopPings = pings(stream);
  try {
    if (after === undefined || missed === 'too old')
      await stream.writeSSE({ event: 'reset', id: latest, data: JSON.stringify(now) });
    if (missed !== 'too old') for (const event of missed) await tell(stream, event, query);
    while (!stream.aborted) {
      const event = waiting.shift();
      if (event) await tell(stream, event, query);
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    stopPings();
    unsubscribe();
  }
}

/** Keeps proxies from closing an idle connection; at most one ping waits if the client does not read. */
function pings(stream: SSEStreamingApi): () => void {
  let isWriting = false;
  return every(pingMs, () => {
    if (isWriting) return;
    isWriting = true;
    void stream.write(': ping\n\n').then(() => {
      isWriting = false;
    });
  });
}

async function tell(stream: SSEStreamingApi, event: HubEvent, query: EventsQuery): Promise<void> {
  if (stream.aborted || !isWanted(event.news, query)) return;
  await stream.writeSSE({ event: event.news.type, id: event.id, data: event.text() });
}

/** Whether the client requested this event. Events of the worker belong to every thread. */
function isWanted(news: WorkerNews, { thread, types }: EventsQuery): boolean {
  if (types && !types.includes(news.type)) return false;
  if (thread === undefined || news.type === 'worker') return true;
  return thread === (news.type === 'row' ? news.index : news.view.index);
}

function snapshot(control: Worker['control'], { thread }: EventsQuery): Snapshot {
  const threads = control.threads().filter((view) => thread === undefined || view.index === thread);
  return { type: 'reset', threads, worker: control.worker() };
}

/** Also destroys the connection: a client that does not read would not see the stream's end. */
function cutOff(c: Context, stream: SSEStreamingApi): void {
  stream.abort();
  nodeSide(c).outgoing?.destroy();
}
