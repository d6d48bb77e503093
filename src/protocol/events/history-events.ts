/** Events of a sealing thread: one for each row of its history. */
import { tookText } from '../text/ages.js';
import type { HistoryRow } from '../thread.js';
import { event, type FieldsOf, threadPrefix } from './event.js';

const failure = {
  thread: 'number',
  sector: 'text?',
  state: 'text',
  stage: 'text?',
  severity: 'text',
  reason: 'text',
} as const;

const countedFailure = {
  metric: 'sealvisor_stage_failures_total',
  sample: ({ stage = '-', severity: level }: FieldsOf<typeof failure>) => ({
    labels: { stage, level },
    value: 1,
  }),
} as const;

export const historyEvents = {
  'thread.transition': event({
    level: 'info',
    when: 'a sector has reached its next state',
    fields: {
      thread: 'number',
      sector: 'text?',
      from: 'text',
      to: 'text',
      stage: 'text?',
      durationMs: 'number?',
    },
    text: ({ sector = '-', from, to, stage, durationMs }) => {
      // The stage that acquires a sector has no name.
      const named = stage === undefined || stage === '-' ? '' : `${stage} `;
      return `${sector} ${from} -> ${to}${durationMs === undefined ? '' : ` (${named}${tookText(durationMs)})`}`;
    },
    prefix: threadPrefix,
    counted: {
      metric: 'sealvisor_stage_seconds',
      sample: ({ stage, durationMs }) =>
        stage === undefined || durationMs === undefined
          ? undefined
          : { labels: { stage }, value: durationMs / 1000 },
    },
  }),
  'thread.stageRetried': event({
    level: 'warn',
    when: 'a stage has failed and is tried again',
    fields: failure,
    text: ({ sector = '-', state, severity, reason }) =>
      `${sector} ${state}: ${severity}: ${reason}; tries again`,
    prefix: threadPrefix,
    counted: countedFailure,
  }),
  'thread.stageFailed': event({
    level: 'error',
    when: 'a stage has failed and its thread is paused until a person acts',
    fields: failure,
    text: ({ sector = '-', state, severity, reason }) => `${sector} ${state}: ${severity}: ${reason}`,
    prefix: threadPrefix,
    counted: countedFailure,
  }),
  'thread.sectorAborted': event({
    level: 'warn',
    when: 'a stage has failed in a way that aborts its sector',
    fields: failure,
    text: ({ sector = '-', state, severity, reason }) => `${sector} ${state}: ${severity}: ${reason}`,
    prefix: threadPrefix,
    counted: countedFailure,
  }),
  'thread.commanded': event({
    level: 'info',
    when: 'a thread has done a command, such as pause or resume',
    fields: { thread: 'number', sector: 'text?', command: 'text', by: 'text', reason: 'text?' },
    text: ({ sector = '-', command, by, reason }) =>
      `${sector} ${command} by ${by}${reason ? `: ${reason}` : ''}`,
    prefix: threadPrefix,
  }),
  'thread.lifecycle': event({
    level: 'info',
    when: 'a thread was started, restarted or migrated its record',
    fields: { thread: 'number', sector: 'text?', note: 'text' },
    text: ({ sector = '-', note }) => `${sector} ${note}`,
    prefix: threadPrefix,
  }),
};

type HistoryEvents = typeof historyEvents;
export type HistoryEvent = {
  [N in keyof HistoryEvents]: { readonly event: N } & FieldsOf<HistoryEvents[N]['fields']>;
}[keyof HistoryEvents];

/** The event for a row of a thread's history. */
export function rowEvent(thread: number, row: HistoryRow): HistoryEvent {
  const { kind, from, to, stage, level, durationMs, message } = row;
  const about = { thread, sector: row.sector ?? undefined };
  switch (kind) {
    case 'transition':
      return {
        event: 'thread.transition',
        ...about,
        from: from ?? '-',
        to: to ?? '-',
        stage: stage ?? undefined,
        durationMs: durationMs ?? undefined,
      };
    case 'try':
    case 'error':
      return {
        event: failureNames[kind === 'try' ? 'try' : level === 'abort' ? 'abort' : 'error'],
        ...about,
        state: from ?? '-',
        stage: stage ?? undefined,
        severity: level ?? '-',
        reason: message ?? '-',
      };
    case 'command':
      return {
        event: 'thread.commanded',
        ...about,
        command: row.command ?? '-',
        by: row.by ?? '-',
        reason: row.reason ?? undefined,
      };
    case 'lifecycle':
      return { event: 'thread.lifecycle', ...about, note: message ?? row.event ?? '-' };
  }
}

const failureNames = {
  try: 'thread.stageRetried',
  error: 'thread.stageFailed',
  abort: 'thread.sectorAborted',
} as const;
