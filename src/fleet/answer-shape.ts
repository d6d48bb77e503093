/**
 * What a daemon answers is looked at before it is shown: whatever listens at an address may answer anything. By hand, since
 * a library of schemas would double the start of a command. Only what every version of our daemons answers is asked for.
 */
import { SealvisorError } from '../protocol/errors.js';
import type { JsonResponse } from './http-client.js';

type Leaf = 'text' | 'number' | 'flag' | 'anything';
/** `?` behind a key: it may be left out, or null. */
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

/** By the end of a path; the first that fits. What none fits is some object or list. */
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

/** The answer, when it is what is answered to that; undefined for one without a body. @throws what the daemon refuses; bad_answer, naming who answered and what differs */
export function shapedAnswer(response: JsonResponse, path: string, body: unknown): unknown {
  const [plain = ''] = path.split('?');
  const shape = shapes.find(([end]) => end.test(plain))?.[1];
  const isDone = response.status === 204;
  const fault = isDone ? undefined : faultOf(body, shape, 'the answer');
  if (fault === undefined) return body;
  throw new SealvisorError(
    'bad_answer',
    `${response.by ?? 'the other side'} answers ${plain} otherwise than a sealvisor daemon does: ${fault}; check that this is the address of a worker or manager`,
  );
}

function faultOf(value: unknown, shape: Shape | undefined, name: string): string | undefined {
  if (shape === undefined)
    return typeof value === 'object' && value !== null ? undefined : `${name} is not an object or a list`;
  if (typeof shape === 'string') return leafFault(value, shape, name);
  if (isList(shape)) {
    if (!Array.isArray(value)) return `${name} is not a list`;
    return firstFault(value.entries(), ([at, item]) => faultOf(item, shape[0], `${name}[${at}]`));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${name} is not an object`;
  const fields = new Map<string, unknown>(Object.entries(value));
  return firstFault(Object.entries(shape), ([key, inner]) => {
    const plain = key.replace(/\?$/, '');
    const found = fields.get(plain);
    const isAbsent = found === undefined || found === null;
    return isAbsent && plain !== key ? undefined : faultOf(found, inner, `${name}.${plain}`);
  });
}

const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape);

const leaves = { text: 'string', number: 'number', flag: 'boolean' } as const;

function leafFault(value: unknown, leaf: Leaf, name: string): string | undefined {
  if (leaf === 'anything' || typeof value === leaves[leaf]) return undefined;
  return value === undefined ? `${name} is missing` : `${name} is not a ${leaf}`;
}

function firstFault<T>(items: Iterable<T>, fault: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = fault(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
