/**
 * Checks a daemon's answer before it is shown: any program may listen at the address. Done by hand, because a schema
 * library would double a command's start time. Only fields that every version of our daemons sends are required.
 */
import { SealvisorError } from '../protocol/errors.js';
import type { JsonResponse } from './http-client.js';

type Leaf = 'text' | 'number' | 'flag' | 'anything';
/** `?` after a key: it may be left out, or null. */
interface Fields {
  readonly [key: string]: Shape;
}
type Shape = Leaf | readonly [Shape] | Fields;

const summary: Fields = { threads: 'number', empty: 'number', paused: 'number', errors: 'number' };
const thread: Fields = {
  index: 'number',
  location: 'text',
  plan: 'text',
  state: 'text',
  mode: 'text',
  since: 'text',
  'stage?': 'text',
  'sector?': { id: 'text' },
  'job?': 'text',
  'intent?': { by: 'text', how: 'text', at: 'text', 'reason?': 'text' },
  'lastError?': { level: 'text', message: 'text' },
  'tries?': { n: 'number', of: 'number', 'nextAt?': 'text' },
  'waitingFor?': { limit: 'text', place: 'number', holders: ['number'], 'reason?': 'text' },
  'processor?': { name: 'text', 'pid?': 'number' },
  'progress?': { done: 'number', total: 'number', unit: 'text' },
  'worked?': { ms: 'number', at: 'text' },
  'outage?': { since: 'text', 'nextAt?': 'text' },
  'reportRefused?': { state: 'text', message: 'text', at: 'text' },
  'idle?': 'text',
  'possible?': ['text'],
};
const reply: Fields = { changed: 'flag', message: 'text' };
const job: Fields = {
  id: 'text',
  kind: 'text',
  state: 'text',
  since: 'text',
  'sector?': 'text',
  'planState?': 'text',
  'worker?': { name: 'text' },
  'failure?': { level: 'text', message: 'text' },
  'error?': { reason: 'text', by: 'text' },
  'result?': 'text',
};
const sector: Fields = {
  id: 'text',
  state: 'text',
  'deals?': 'number',
  'worker?': { name: 'text' },
  'failure?': { level: 'text', message: 'text' },
  'abort?': { reason: 'text', by: 'text' },
  messages: { preCommit: 'number', proof: 'number' },
};
const worker: Fields = {
  name: 'text',
  version: 'text',
  life: 'text',
  'manager?': { 'url?': 'text', 'id?': 'text' },
  limits: [{ name: 'text' }],
  breakers: [{ stage: 'text' }],
  stores: [{ location: 'text' }],
  counts: summary,
};
const entry: Fields = { name: 'text', dest: 'text', summary, lastPing: 'text', 'version?': 'text' };
const row: Fields = { seq: 'number', at: 'text', kind: 'text' };

/** By the end of a path; the first match counts. Any other path must answer an object or a list. */
const shapes: readonly (readonly [RegExp, Shape])[] = [
  [/\/threads$/, [thread]],
  [/\/threads\/\d+$/, thread],
  [/\/history$/, [row]],
  [/\/(pause|restart|abort|cancel|snapup|rebuild|unseal|wdpost)$/, reply],
  [/\/workers$/, [entry]],
  [/\/sectors$/, [sector]],
  [/\/jobs$/, [job]],
  [/\/worker$/, worker],
  [/\/tree$/, { root: { id: 'text', status: 'text', since: 'text', children: ['anything'] } }],
];

interface Field {
  readonly key: string;
  readonly isOptional: boolean;
  readonly shape: Shape;
}

/** Parsed once per shape: an answer may have ten thousand rows of one shape. */
const fieldsOf = new Map<Fields, readonly Field[]>();

/**
 * `body`, if it has the shape of the path's answer; a 204 is not checked.
 * @throws bad_answer, which names who answered and what differs
 */
export function shapedAnswer(response: JsonResponse, path: string, body: unknown): unknown {
  const [plain = ''] = path.split('?');
  const shape = shapes.find(([end]) => end.test(plain))?.[1];
  const isDone = response.status === 204;
  const fault = isDone ? undefined : faultOf(body, shape);
  if (fault === undefined) return body;
  throw new SealvisorError(
    'bad_answer',
    `${response.by ?? 'the other side'} answers ${plain} otherwise than a sealvisor daemon does: the answer${fault}; check that this is the address of a worker or manager`,
  );
}

/** What differs, to follow the name of the value. */
function faultOf(value: unknown, shape: Shape | undefined): string | undefined {
  if (shape === undefined)
    return typeof value === 'object' && value !== null ? undefined : ' is not an object or a list';
  if (typeof shape === 'string') return leafFault(value, shape);
  if (isList(shape)) return listFault(value, shape[0]);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return ' is not an object';
  for (const { key, isOptional, shape: inner } of fieldsIn(shape)) {
    const found: unknown = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
    if (isOptional && (found === undefined || found === null)) continue;
    const fault = faultOf(found, inner);
    if (fault !== undefined) return `.${key}${fault}`;
  }
  return undefined;
}

function listFault(value: unknown, shape: Shape): string | undefined {
  if (!Array.isArray(value)) return ' is not a list';
  for (let at = 0; at < value.length; at += 1) {
    const fault = faultOf(value[at], shape);
    if (fault !== undefined) return `[${at}]${fault}`;
  }
  return undefined;
}

function fieldsIn(shape: Fields): readonly Field[] {
  const known = fieldsOf.get(shape);
  if (known) return known;
  const fields = Object.entries(shape).map(([name, inner]) => {
    const key = name.replace(/\?$/, '');
    return { key, isOptional: key !== name, shape: inner };
  });
  fieldsOf.set(shape, fields);
  return fields;
}

const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape);

const leaves = { text: 'string', number: 'number', flag: 'boolean' } as const;

function leafFault(value: unknown, leaf: Leaf): string | undefined {
  if (leaf === 'anything' || typeof value === leaves[leaf]) return undefined;
  return value === undefined ? ' is missing' : ` is not a ${leaf}`;
}
