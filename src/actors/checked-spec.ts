/** The whole spec is checked before anything starts; each kind of invalid field has its own code. */
import { type RefusalCode, SupervisorError, shown } from './refusal.js';
import type { AutoShutdown, Backoff, ChildSpec, Clock, Shutdown, Strategy } from './spec.js';
import { systemClock } from './system-clock.js';

export type CheckedChildSpec = Required<ChildSpec>;

export interface Settings {
  readonly strategy: Strategy;
  readonly intensity: number;
  readonly periodMs: number;
  readonly autoShutdown: AutoShutdown;
  readonly backoff: Backoff | 'none';
}

export interface CheckedSpec {
  readonly settings: Settings;
  readonly children: readonly CheckedChildSpec[];
  readonly clock: Clock;
}

type Fields = Readonly<Record<string, unknown>>;

const strategies = ['one_for_one', 'one_for_all', 'rest_for_one', 'simple_one_for_one'] as const;
const autoShutdowns = ['never', 'any_significant', 'all_significant'] as const;
const restartTypes = ['permanent', 'transient', 'temporary'] as const;
const childTypes = ['worker', 'supervisor'] as const;

/** The spec with its defaults. @throws SupervisorError with the code of the first invalid field */
export function checkSpec(spec: unknown): CheckedSpec {
  const fields = fieldsOf('invalid_spec', 'the spec', spec);
  const { strategy = 'one_for_one', intensity = 1, periodMs = 5000 } = fields;
  const { autoShutdown = 'never', children, backoff = 'none', clock = systemClock } = fields;
  const settings: Settings = {
    strategy: oneOf('invalid_strategy', 'strategy', strategies, strategy),
    intensity: integer('invalid_intensity', 'intensity', intensity, 0),
    periodMs: integer('invalid_period', 'periodMs', periodMs, 1),
    autoShutdown: oneOf('invalid_auto_shutdown', 'autoShutdown', autoShutdowns, autoShutdown),
    backoff: checkBackoff(backoff),
  };
  const isSimple = settings.strategy === 'simple_one_for_one';
  if (isSimple && settings.autoShutdown !== 'never')
    throw refusal('bad_combination', 'autoShutdown', autoShutdown, 'leave it out under simple_one_for_one');
  if (!Array.isArray(children))
    throw refusal('invalid_children', 'children', children, 'give a list of specs');
  if (isSimple && children.length !== 1)
    throw refusal('bad_start_spec', 'children', children, 'give one template under simple_one_for_one');
  const checked = [...children].map((child: unknown) => checkChildSpec(child, settings.autoShutdown));
  const ids = new Set<string>();
  for (const { id } of checked) {
    if (ids.has(id)) throw refusal('duplicate_child_name', 'id', id, 'give each child its own');
    ids.add(id);
  }
  return { settings, children: checked, clock: checkClock(clock) };
}

/** One child's spec with its defaults. @throws SupervisorError with the code of the first invalid field */
export function checkChildSpec(spec: unknown, autoShutdown: AutoShutdown): CheckedChildSpec {
  const fields = fieldsOf('invalid_child_spec', 'the spec of a child', spec);
  const { id, start, restart = 'permanent', type = 'worker', significant = false } = fields;
  if (id === undefined) throw refusal('missing_id', 'id', id, 'give a string');
  if (typeof id !== 'string' || id === '') throw refusal('invalid_id', 'id', id, 'give a string');
  if (start === undefined) throw refusal('missing_start', 'start', start, 'give a function');
  if (!isStart(start)) throw refusal('invalid_start', 'start', start, 'give a function');
  const restartType = oneOf('invalid_restart_type', 'restart', restartTypes, restart);
  const childType = oneOf('invalid_child_type', 'type', childTypes, type);
  const { shutdown = childType === 'worker' ? 5000 : 'infinity' } = fields;
  if (typeof significant !== 'boolean')
    throw refusal('invalid_significant', 'significant', significant, 'give true or false');
  if (significant && autoShutdown === 'never')
    throw refusal('bad_combination', 'significant', significant, 'set autoShutdown to use it');
  if (significant && restartType === 'permanent')
    throw refusal('bad_combination', 'significant', significant, 'make the child transient or temporary');
  return {
    id,
    start,
    restart: restartType,
    shutdown: checkShutdown(shutdown),
    type: childType,
    significant,
  };
}

function checkShutdown(value: unknown): Shutdown {
  if (value === 'brutal_kill' || value === 'infinity') return value;
  if (value === 0) throw refusal('invalid_shutdown', 'shutdown', value, 'say brutal_kill for no grace');
  return integer('invalid_shutdown', 'shutdown', value, 1);
}

function checkBackoff(value: unknown): Backoff | 'none' {
  if (value === 'none') return value;
  const fields = fieldsOf('invalid_backoff', 'backoff', value);
  const { minMs, maxMs, factor = 2, jitter = 0.2, resetAfterMs = maxMs } = fields;
  const number = (name: string, field: unknown, least: number, most = Number.MAX_VALUE): number => {
    if (typeof field === 'number' && field >= least && field <= most) return field;
    throw refusal('invalid_backoff', `backoff.${name}`, field, `give a number of at least ${least}`);
  };
  const min = number('minMs', minMs, 0);
  return {
    minMs: min,
    maxMs: number('maxMs', maxMs, min),
    factor: number('factor', factor, 1),
    jitter: number('jitter', jitter, 0, 1),
    resetAfterMs: number('resetAfterMs', resetAfterMs, 0),
  };
}

function checkClock(value: unknown): Clock {
  const fields = fieldsOf('invalid_clock', 'clock', value);
  for (const verb of ['now', 'setTimeout', 'clearTimeout'])
    if (typeof fields[verb] !== 'function')
      throw refusal('invalid_clock', `clock.${verb}`, fields[verb], 'give a function');
  // The three functions were just checked; their parameters and results cannot be.
  return value as Clock;
}

/** A function's parameters and result cannot be checked here; what `start` returns is checked on each call. */
function isStart(value: unknown): value is ChildSpec['start'] {
  return typeof value === 'function';
}

function fieldsOf(code: RefusalCode, name: string, value: unknown): Fields {
  if (isFields(value)) return value;
  throw refusal(code, name, value, 'give an object');
}

/** Any object can be read by name. */
function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function oneOf<T extends string>(code: RefusalCode, name: string, words: readonly T[], value: unknown): T {
  const word = words.find((known) => known === value);
  if (word === undefined) throw refusal(code, name, value, `use one of ${words.join(', ')}`);
  return word;
}

function integer(code: RefusalCode, name: string, value: unknown, least: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  throw refusal(code, name, value, `give a whole number of at least ${least}`);
}

function refusal(code: RefusalCode, name: string, value: unknown, remedy: string): SupervisorError {
  return new SupervisorError(code, `${name} is ${shown(value)}: ${remedy}`, value);
}
