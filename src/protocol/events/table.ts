/**
 * The one table of the daemons' log events: name, level, fields, when, and the sentence made from the fields. Log lines,
 * `docs/events.md` and the counters of `/metrics` are made from it.
 */
import type { LogLevel } from '../log.js';
import type { Counted, EventMetric, Sample } from './counted.js';
import { daemonEvents } from './daemon-events.js';
import { diskEvents } from './disk-events.js';
import type { FieldsOf } from './event.js';
import { frontEvents } from './front-events.js';
import { historyEvents } from './history-events.js';
import { managerEvents } from './manager-events.js';
import { processorEvents } from './processor-events.js';
import { stageEvents } from './stage-events.js';
import { workerEvents } from './worker-events.js';

/** Grouped by the part of the product that logs them. */
export const eventGroups = {
  Daemons: daemonEvents,
  'History of a thread': historyEvents,
  Stages: stageEvents,
  Workers: workerEvents,
  'Processor children': processorEvents,
  Disks: diskEvents,
  Managers: managerEvents,
  'A manager in front of another one': frontEvents,
} as const;

export const events = {
  ...daemonEvents,
  ...historyEvents,
  ...stageEvents,
  ...workerEvents,
  ...processorEvents,
  ...diskEvents,
  ...managerEvents,
  ...frontEvents,
};

type Events = typeof events;
export type EventName = keyof Events;

type EventsOf<N extends EventName> = {
  [K in N]: { readonly event: K } & FieldsOf<Events[K]['fields']>;
};
/** One event: its name and its fields. */
export type LogEvent<N extends EventName = EventName> = EventsOf<EventName>[N];

/** An event from a thread; its slot adds the index. */
export type StageEvent = LogEvent<keyof typeof stageEvents>;

/** Logs an event. Never throws, never waits. */
export type Emit = (event: LogEvent) => void;

/** What the log needs in addition to an event's fields. */
export interface EventLine {
  readonly level: LogLevel;
  readonly message: string;
  /** Put before the message in a text log. */
  readonly prefix: string | undefined;
}

/** Typed by name: a row takes the fields of its own event. */
const rows: {
  readonly [K in EventName]: {
    readonly level: LogLevel;
    text(event: LogEvent<K>): string;
    prefix?(event: LogEvent<K>): string | undefined;
    readonly counted?: Counted<LogEvent<K>>;
  };
} = events;

export function levelOf(name: EventName): LogLevel {
  return rows[name].level;
}

export function lineOf<N extends EventName>(event: LogEvent<N>): EventLine {
  const row = rows[event.event];
  return { level: row.level, message: row.text(event), prefix: row.prefix?.(event) };
}

/** What an event adds to `/metrics`, if anything. */
export function countOf<N extends EventName>(
  event: LogEvent<N>,
): (Sample & { readonly metric: EventMetric }) | undefined {
  const counted: Counted<LogEvent<N>> | undefined = rows[event.event].counted;
  const sample = counted?.sample(event);
  return counted && sample && { metric: counted.metric, ...sample };
}
