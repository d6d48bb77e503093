/** A worker at an address: REST when it is one of ours, JSON-RPC when it is the field's own. */
import type { WallClock } from '../protocol/clock.js';
import type { ControlReply, ThreadView } from '../protocol/thread.js';
import type { FieldWorker, ThreadRequest } from './field-worker.js';
import { expectOk, type JsonResponse, requestJson } from './http-client.js';

const timeoutMs = 15_000;

/** `base` is `http://host:port`. What our own worker answers is typed by the same program on the other side. */
export function workerClient(name: string, base: string, clock: WallClock): FieldWorker {
  const rest = (method: 'GET' | 'POST', path: string, body?: unknown) =>
    requestJson({ method, url: `${base}/api/v1/threads${path}`, body, timeoutMs });
  // Loaded when it is needed: the schemas of the field's answers would slow every command down.
  const field = async () => (await import('./field-worker.js')).fieldWorker(name, base, clock);
  return {
    threads: async () => {
      const answer = await rest('GET', '');
      return isRest(answer) ? (expectOk(answer) as readonly ThreadView[]) : (await field()).threads();
    },
    thread: async (index) => {
      const answer = await rest('GET', `/${index}`);
      return isRest(answer) ? (expectOk(answer) as ThreadView) : (await field()).thread(index);
    },
    command: async (index, verb, request: ThreadRequest) => {
      const answer = await rest('POST', `/${index}/${verb}`, request);
      return isRest(answer)
        ? (expectOk(answer) as ControlReply)
        : (await field()).command(index, verb, request);
    },
  };
}

/** The field's worker answers in text, or in JSON-RPC to a post at any path: neither is an answer to our request. */
function isRest({ status, body }: JsonResponse): boolean {
  if (typeof body !== 'object' || body === null || 'jsonrpc' in body) return false;
  return status < 400 || 'code' in body;
}
