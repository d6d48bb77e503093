/** The kinds of values in a configuration. The zod message of each states only what is expected. */
import * as z from 'zod';
import { SealvisorError } from '../protocol/errors.js';
import { sectorSizes as sectorSizeNames } from '../protocol/sector.js';
import { durationExpected, durationText, parseDuration } from '../protocol/text/duration.js';
import { parseSize, sizeExpected, sizeText } from '../protocol/text/size.js';
import { managerUrl, managerUrlExpected } from './manager-url.js';
import { ownName, ownNameExpected } from './own-names.js';

export interface Kind {
  /** Its name in docs/config.md. */
  readonly word: string;
  /** How a value is written in a file, if not as the value itself. */
  readonly text?: (value: number) => string;
}

/** The kind of a schema's values; a schema made from another one (`refine`, `clone`) inherits its kind. */
export const kinds = z.registry<Kind>();

export const text = z
  .string('a text in quotes')
  .min(1, 'a text that is not empty')
  .register(kinds, { word: 'text' });
const workerNameExpected =
  'a name of 1 to 128 characters, without control characters and without blanks at its ends';
/** What the manager accepts in a report; `/`, `%`, `?`, `#` and inner blanks are escaped in addresses. */
export const workerName = z
  .string('a text in quotes')
  .max(128, workerNameExpected)
  .regex(/^[^\s\p{Cc}\p{Cs}](?:[^\p{Cc}\p{Cs}\u2028\u2029]*[^\s\p{Cc}\p{Cs}])?$/u, workerNameExpected)
  .register(kinds, { word: 'name of a worker' });
/** An argument or a header may be empty. */
export const anyText = z.string('a text in quotes').register(kinds, { word: 'text' });
export const flag = z.boolean('true or false').register(kinds, { word: 'true or false' });
/** u32 upstream. */
export const count = whole(0).register(kinds, { word: 'number' });
/** A limit cannot stop a stage: a pause does that. */
export const limit = whole(
  1,
  2 ** 32 - 1,
  'a limit of at least 1, as a whole number (to stop the work, pause its threads or cordon the worker)',
);
/** For counts where 0 would mean that nothing ever starts. */
export const some = whole(1);
/** A set of CPUs in Linux's list format. */
export const cpuList = z
  .string('a list of CPUs in quotes, such as "0-3,8"')
  .regex(/^\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*$/, 'a list of CPUs such as 0-3,8');
export const groupName = z
  .string('a name in quotes')
  .regex(/^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/, 'the name of a control group, such as vc-worker or sealing/pc1');
export const factor = z.number('a number of at least 1').min(1, 'a number of at least 1');
/** A size as a multiple of the sector size. */
export const sectorSizes = z
  .number('a number of sector sizes, such as 11.5')
  .min(0, 'a number of sector sizes, such as 11.5');
/** A fraction of a whole. */
export const share = z
  .number('a number from 0 to 1')
  .min(0, 'a number from 0 to 1')
  .max(1, 'a number from 0 to 1');
export const port = whole(0, 65535);
export const minerNumber = whole(0, Number.MAX_SAFE_INTEGER).register(kinds, { word: 'number' });
export const texts = list(text, 'a list of texts');
export const duration = parsed(parseDuration, durationExpected).register(kinds, {
  word: 'duration',
  text: durationText,
});
export const someTime = duration.refine((ms) => ms >= 1, 'a duration of at least 1ms, such as 30s or 5min');
/** For repeated work: a shorter interval would be no pause. interval-floor.ts sets a higher minimum. */
export const interval = duration
  .refine(
    (ms) => ms >= 1,
    'a duration of at least 1ms (100ms unless the manager is at a loopback address), such as 30s or 5min',
  )
  .register(kinds, { word: 'interval', text: durationText });
const sizeKind: Kind = { word: 'size', text: sizeText };
export const size = parsed(parseSize, sizeExpected).register(kinds, sizeKind);
/** Upstream also accepts a size as a number of bytes. */
export const sizeOrBytes = z.union([minerNumber, size], sizeExpected).register(kinds, sizeKind);
/** Smaller outputs are never written to a file. */
export const outputSize = sizeOrBytes
  .refine((bytes) => bytes >= 64 * 1024, 'a size of at least 64KiB')
  .register(kinds, { word: 'size of at least 64KiB', text: sizeText });
export const sectorSize = size.refine(
  (bytes) => sectorSizeNames.some((known) => parseSize(known) === bytes),
  `a sector size: ${sectorSizeNames.join(', ')}`,
);
export const managerAddress = parsed(managerUrl, managerUrlExpected);

export const ownHostName = parsed(ownName, ownNameExpected);
const headerTextExpected = 'a text of ASCII characters on one line, as a header can carry it';
/** The value of an HTTP header. */
export const headerText = z
  .string('a text in quotes')
  .regex(/^[\t\x20-\x7e]*$/, headerTextExpected)
  .register(kinds, { word: 'text' });
const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'the name of a header, such as Authorization');
export const headers = z.record(headerName, headerText, 'a table');

export function choice<const T extends readonly string[]>(words: T) {
  return z.enum(words, `one of ${words.join(', ')}`);
}

export function table<T extends z.ZodRawShape>(shape: T) {
  return z.strictObject(shape, 'a table');
}

export function list<T extends z.ZodType>(item: T, expected: string) {
  return z.array(item, expected);
}

export function mapOf<T extends z.ZodType>(value: T) {
  return z.record(z.string(), value, 'a table');
}

export function whole(
  least: number,
  most = 2 ** 32 - 1,
  expected = `a whole number from ${least} to ${most}`,
) {
  return z.int(expected).min(least, expected).max(most, expected);
}

function parsed<T>(parse: (text: string) => T, expected: string) {
  return z.string(`${expected}, in quotes`).transform((value, context): T => {
    try {
      return parse(value);
    } catch (error) {
      if (!(error instanceof SealvisorError)) throw error;
      context.addIssue({ code: 'custom', message: expected });
      return z.NEVER;
    }
  });
}
