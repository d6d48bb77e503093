import { inspect } from 'node:util';

/** Every code of a supervisor's errors; OTP's reason where OTP has one. */
export const refusals = {
  already_started: 'a child of this id runs',
  already_present: 'the spec is known, its child is down or being restarted',
  not_found: 'no such child',
  running: 'the child runs',
  restarting: 'the child is being restarted',
  noproc: 'the supervisor has ended or is ending',
  simple_one_for_one: 'the verb does not apply to this strategy',
  bad_return: 'start gave neither a child nor ignore',
  bad_exit: 'the child ended with something that is not an exit',
  invalid_arguments: 'the arguments of a dynamic child are not a list',
  invalid_spec: 'the spec of the supervisor is not an object',
  invalid_strategy: 'strategy',
  invalid_intensity: 'intensity',
  invalid_period: 'periodMs',
  invalid_auto_shutdown: 'autoShutdown',
  invalid_children: 'children is not a list',
  bad_start_spec: 'simple_one_for_one takes exactly one spec',
  duplicate_child_name: 'two specs have the same id',
  invalid_backoff: 'backoff',
  invalid_clock: 'clock',
  invalid_child_spec: 'the spec of a child is not an object',
  missing_id: 'id is left out',
  invalid_id: 'id',
  missing_start: 'start is left out',
  invalid_start: 'start',
  invalid_restart_type: 'restart',
  invalid_shutdown: 'shutdown',
  invalid_child_type: 'type',
  invalid_significant: 'significant',
  bad_combination: 'two fields exclude each other',
} as const;

export type RefusalCode = keyof typeof refusals;

/** Match on `code`. `value` is the rejected value; for `already_started` it is the running child. */
export class SupervisorError extends Error {
  override readonly name = 'SupervisorError';
  constructor(
    readonly code: RefusalCode,
    message: string,
    readonly value?: unknown,
  ) {
    super(message);
  }
}

/** A value as messages show it: one short line. */
export function shown(value: unknown): string {
  return inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 80 });
}
