/** The metrics of a worker's `/metrics` that are counted from events; a row of the table names the one it counts for. */

export const eventMetrics = {
  sealvisor_stage_seconds: {
    kind: 'durations',
    help: 'how long finished stages took',
    labels: ['stage'],
  },
  sealvisor_stage_failures_total: {
    kind: 'count',
    help: 'failed tries of stages, by level',
    labels: ['stage', 'level'],
  },
} as const satisfies Readonly<Record<string, EventMetricRow>>;

interface EventMetricRow {
  readonly kind: 'durations' | 'count';
  readonly help: string;
  readonly labels: readonly string[];
}

export type EventMetric = keyof typeof eventMetrics;
type LabelOf<M extends EventMetric> = (typeof eventMetrics)[M]['labels'][number];

/** What one event adds: seconds to durations, a number to a count. */
export interface Sample<L extends string = string> {
  readonly labels: Readonly<Record<L, string>>;
  readonly value: number;
}

/** The metric that events of a row count for. */
export type Counted<Fields> = {
  readonly [M in EventMetric]: {
    readonly metric: M;
    /** Undefined for an event that is not counted. */
    sample(fields: Fields): Sample<LabelOf<M>> | undefined;
  };
}[EventMetric];
