/** Times for people to read; machines get RFC 3339 and ms. */
import { passedMs } from '../clock.js';
import type { Wish } from '../worker.js';
import { dayMs, hourMs, minuteMs, secondMs } from './duration.js';

/** `41 s`, `12 min`, `3h12m`, `2d3h`. A negative duration is `0 s`. */
export function humanDuration(ms: number): string {
  const whole = (unit: number) => Math.floor(Math.max(0, ms) / unit);
  if (ms < minuteMs) return `${whole(secondMs)} s`;
  if (ms < hourMs) return `${whole(minuteMs)} min`;
  if (ms < dayMs) return `${whole(hourMs)}h${String(whole(minuteMs) % 60).padStart(2, '0')}m`;
  return `${whole(dayMs)}d${whole(hourMs) % 24}h`;
}

/** How long something took: `1.23s`, `3m12s`, `3h12m`. */
export function tookText(tookMs: number): string {
  // Rows of older versions may be negative: they were timed by a wall clock that was changed.
  const ms = Math.max(0, tookMs);
  if (ms < minuteMs) return `${(ms / secondMs).toFixed(2)}s`;
  if (ms >= hourMs) return humanDuration(ms);
  return `${Math.floor(ms / minuteMs)}m${String(Math.floor(ms / secondMs) % 60).padStart(2, '0')}s`;
}

/** `10:02 UTC`; with its date if that is not today. */
export function clockText(at: string, nowMs: number): string {
  return `${dateUnlessToday(at, nowMs)}${at.slice(11, 16)} UTC`;
}

/** `since 10:02 UTC (12 min)` */
export function sinceText(at: string, nowMs: number): string {
  return `since ${clockText(at, nowMs)} (${humanDuration(passedMs(at, nowMs))})`;
}

/** `alice since 10:02 UTC (12 min): swap disk` */
export function wishText({ by, reason, at }: Wish, nowMs: number): string {
  return `${by} ${sinceText(at, nowMs)}${reason ? `: ${reason}` : ''}`;
}

/** `in 41 s`; `now` when it is due. */
export function untilText(at: string, nowMs: number): string {
  const leftMs = Date.parse(at) - nowMs;
  // Rounded up: due in half a second is not yet due.
  return leftMs > 0 ? `in ${humanDuration(Math.ceil(leftMs / secondMs) * secondMs)}` : 'now';
}

/** The date and a blank for a time of another day; else empty. */
export function dateUnlessToday(at: string, nowMs: number): string {
  const date = at.slice(0, 10);
  return date === new Date(nowMs).toISOString().slice(0, 10) ? '' : `${date} `;
}
