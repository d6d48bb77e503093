/** The recorded traffic in test/fixtures/upstream, typed: who asked whom, the bytes of the request, and what was answered. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../fixtures/upstream');

export type Side = 'ours' | 'upstream';

export interface FieldAnswer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

export interface Exchange {
  /** File and place, as `our-worker_up-jobs.json#3`: the name of a test. */
  readonly at: string;
  /** With its namespace; `?` or words in brackets where the exchange is not JSON-RPC. */
  readonly method: string;
  /** What the recorder said of it; empty where it said nothing. */
  readonly variant: string;
  readonly version: 'today' | 'v0.2';
  /** Who asked; the other side answered. */
  readonly caller: Side;
  /** What kind of program answered. */
  readonly asked: 'manager' | 'worker';
  readonly transport: 'http' | 'websocket';
  /** Written from upstream's source, not recorded. */
  readonly isWritten: boolean;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The request, byte for byte. */
  readonly body: string;
  readonly id: unknown;
  /** Empty where the request is not JSON-RPC. */
  readonly params: readonly unknown[];
  readonly status: number;
  /** The answer's text; of a `rpc-*.json`, which keeps it as a value, written again. */
  readonly answerText: string;
  /** Undefined where the answer is not JSON-RPC. */
  readonly answer: FieldAnswer | undefined;
}

interface Entry {
  readonly from: string;
  readonly to: string;
  readonly method: string;
  readonly variant?: string;
  readonly note?: string;
  readonly transport?: string;
  readonly request: {
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
    readonly rawBody?: string;
  };
  readonly response: { readonly status: number; readonly body: unknown };
}

/** Every exchange of JSON-RPC or REST, in the order of their files. */
export function allExchanges(): readonly Exchange[] {
  return ['', 'v0.2/']
    .flatMap((below) => readdirSync(join(folder, below)).map((name) => below + name))
    .filter((name) => name.endsWith('.json') && name !== 'v0.2/line-protocol_v02.json')
    .toSorted()
    .flatMap(exchangesIn);
}

/** Those of one file, named below the folder: `v0.2/cli_our-worker.json`. */
export function exchangesIn(file: string): readonly Exchange[] {
  // The fixtures are of that shape, and never change.
  const read = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Entry | readonly Entry[];
  return [read].flat().map((entry, index) => exchangeOf(file, index, entry));
}

/** A task line and its answer line of a stage: `pc1.damocles-worker`. */
export function linesOf(stage: string): readonly [task: string, answer: string] {
  const [task = '', answer = ''] = readFileSync(join(folder, `${stage}.jsonl`), 'utf8').split('\n');
  return [task, answer];
}

/** The line protocol of v0.2: a task and its answer as values. */
export function oldLines(): readonly { readonly request: unknown; readonly response: unknown }[] {
  return JSON.parse(readFileSync(join(folder, 'v0.2/line-protocol_v02.json'), 'utf8'));
}

function exchangeOf(file: string, index: number, entry: Entry): Exchange {
  const { from, to, method, request, response } = entry;
  const body = request.rawBody ?? textOf(request.body);
  const answerText = textOf(response.body);
  const asked = recordOf(body);
  const answered = recordOf(answerText);
  return {
    at: `${file}#${index}`,
    method,
    variant: entry.variant ?? '',
    version: file.startsWith('v0.2/') ? 'v0.2' : 'today',
    caller: from.startsWith('sealvisor') ? 'ours' : 'upstream',
    asked: /venus-worker|damocles-worker/.test(to) ? 'worker' : 'manager',
    transport: isWebSocket(entry) ? 'websocket' : 'http',
    isWritten: [from, to, entry.note].some((text) => text?.includes('after its source')),
    path: request.path,
    headers: request.headers,
    body,
    id: asked.id ?? null,
    params: Array.isArray(asked.params) ? asked.params : [],
    status: response.status,
    answerText,
    answer: 'result' in answered || 'error' in answered ? answered : undefined,
  };
}

function isWebSocket({ transport, request }: Entry): boolean {
  return transport?.startsWith('ws') || transport === 'websocket' || request.headers.upgrade === 'websocket';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function recordOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
