/** A worker's live events (`GET /api/v1/events`), with reconnects. */

import type { IncomingMessage } from 'node:http';
import { createParser } from 'eventsource-parser';
import { sleep } from '../actors/system-clock.js';
import { SealvisorError } from '../protocol/errors.js';
import { expectOk, faultOf, parsed, readAnswer, refuseUpgrade } from './http-client.js';
import { requestOf } from './node-http.js';

export interface EventsRequest {
  /** The stream's address, with its query. */
  readonly url: string;
  /** Called once for each lost connection; the stream is opened again. */
  readonly onLost?: (fault: SealvisorError) => void;
  /** Minimum time between two attempts, ms. @default 1000 */
  readonly retryMs?: number;
}

interface Told {
  readonly id?: string | undefined;
  readonly data: string;
}

/** Three of the worker's ping intervals: a stream that is silent for longer is dead. */
const silenceMs = 45_000;
const mostOfRefusal = 1024 * 1024;
/** Maximum size of one event: the first holds all threads. */
const mostOfEvent = 16 * 1024 * 1024;

/**
 * The data of each event, parsed. After a loss the stream continues after the last event, or sends everything again.
 * @throws the error of the first attempt; later any error other than unreachable
 */
export async function* workerEvents<T>({ url, onLost, retryMs = 1000 }: EventsRequest): AsyncGenerator<T> {
  let lastId: string | undefined;
  let wasOpen = false;
  for (;;) {
    const opened = performance.now();
    try {
      for await (const { id, data } of stream(await open(url, lastId), new URL(url))) {
        wasOpen = true;
        lastId = id ?? lastId;
        // Events of our own worker have our types: the same program wrote them.
        yield eventOf(data, new URL(url).host) as T;
      }
      onLost?.(new SealvisorError('unreachable', `${new URL(url).host} ended its stream of events`));
    } catch (thrown) {
      const isLoss = thrown instanceof SealvisorError && thrown.code === 'unreachable';
      if (!wasOpen || !isLoss) throw thrown;
      onLost?.(thrown);
    }
    await sleep(Math.max(0, opened + retryMs - performance.now()));
  }
}

async function open(address: string, lastId: string | undefined): Promise<IncomingMessage> {
  const url = new URL(address);
  const headers = {
    accept: 'text/event-stream',
    ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
  };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const call = requestOf(url)(url, { headers }, resolve);
    call.on('error', (cause) => reject(faultOf(cause, url)));
    refuseUpgrade(call, (cause) => reject(faultOf(cause, url)));
    call.setTimeout(silenceMs, () => call.destroy(new Error(`silent for ${silenceMs / 1000} s`)));
    call.end();
  });
  const type = response.headers['content-type'] ?? 'no content type';
  if (response.statusCode === 200 && type.startsWith('text/event-stream')) return response;
  if (response.statusCode === 200) {
    response.destroy();
    throw new SealvisorError(
      'bad_answer',
      `${url.host} answered ${type} for its events, as no sealvisor daemon does: check that this is its address`,
    );
  }
  const text = await readAnswer(response, mostOfRefusal, url.host);
  expectOk({ status: response.statusCode ?? 0, body: parsed(text, url.host), by: url.host });
  throw new SealvisorError('bad_answer', `${url.host} answered ${response.statusCode} for its events`);
}

/** @throws bad_answer for data that is not JSON, or null */
function eventOf(data: string, by: string): unknown {
  const event = parsed(data, by);
  if (event !== undefined && event !== null) return event;
  throw new SealvisorError('bad_answer', `${by} sends an event that is not JSON: ${data.slice(0, 100)}`);
}

async function* stream(response: IncomingMessage, url: URL): AsyncGenerator<Told> {
  const events: Told[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  response.setEncoding('utf8');
  try {
    // With an encoding set, chunks are strings.
    const chunks: AsyncIterable<string> = response;
    let waiting = 0;
    for await (const chunk of chunks) {
      parser.feed(chunk);
      waiting = events.length > 0 ? 0 : waiting + chunk.length;
      if (waiting > mostOfEvent)
        throw new SealvisorError('bad_answer', `${url.host} sends an event that does not end`);
      for (let event = events.shift(); event; event = events.shift()) yield event;
    }
  } catch (cause) {
    throw faultOf(cause, url);
  } finally {
    response.destroy();
  }
}
