/**
 * The shortest interval between two rounds of a worker's repeated work. A fleet that polls its manager without pause
 * overloads it; on a single machine, as in rehearsals, it only costs that machine.
 */
import type * as z from 'zod';
import { SealvisorError } from '../protocol/errors.js';
import { parseDuration } from '../protocol/text/duration.js';
import { interval } from './field-types.js';
import { valuesOf } from './known-keys.js';

const besideManagerMs = 1;
const farFromManagerMs = 100;

/** The shortest interval for a worker of this manager, ms. */
export function leastIntervalMs(managerUrl: string): number {
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(managerUrl).hostname);
  return isHere ? besideManagerMs : farFromManagerMs;
}

/** Checks the intervals of tables that fit their schema. @throws config_invalid, with one line for each key */
export function checkIntervals(schema: z.ZodType, raw: unknown, file: string, leastMs: number): void {
  const faults = valuesOf(schema, raw, interval).flatMap(([path, text]) =>
    parseDuration(String(text)) >= leastMs
      ? []
      : [
          `${path} = ${JSON.stringify(text)} in ${file}: expected a duration of at least ${leastMs}ms, such as 30s or 5min`,
        ],
  );
  if (faults.length > 0) throw new SealvisorError('config_invalid', faults.join('\n'));
}
