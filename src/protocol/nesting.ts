/** What foreign JSON would cost to parse, measured before it is parsed: afterwards is too late. */

import {
  backslash,
  closeList,
  closeObject,
  comma,
  openList,
  openObject,
  point,
  quote,
} from './json-signs.js';

/** How deep foreign JSON may be nested: writing, checking and copying a value are recursive. */
export const deepestJson = 512;

/** Heap that foreign JSON may take when it is parsed and written again, bytes: what fits into a sealing thread. */
export const mostHeapOfJson = 640_000_000;

/** V8's cost of a list element, a string, a number with a fraction, and a list or an object, bytes. */
const cost = { element: 8, string: 24, fraction: 16, container: 64 } as const;

/** Heap that each byte outside of a string accounts for. */
const costs = new Uint8Array(256);
costs[quote] = cost.string;
costs[comma] = cost.element;
costs[point] = cost.fraction;
costs[openList] = costs[openObject] = cost.container;
/** Bytes that have a meaning outside of a string. */
const isSign = new Uint8Array(256);
for (const sign of [quote, comma, point, openList, closeList, openObject, closeObject]) isSign[sign] = 1;

/** Why a JSON text must not be parsed, as the predicate of a sentence; undefined when it may be. */
export function jsonFault(
  json: string | Uint8Array,
  { deepest = deepestJson, mostHeap = mostHeapOfJson } = {},
): string | undefined {
  // Text is held twice: as received, and in the parsed value.
  const bytes = typeof json === 'string' ? Buffer.from(json) : json;
  const { depth, heap } = measured(bytes, deepest, 2 * json.length);
  if (depth > deepest) return `is nested deeper than ${deepest}`;
  return heap > mostHeap
    ? `would take about ${Math.round(heap / 1e6)} MB of heap, at most ${Math.round(mostHeap / 1e6)} MB are allowed: it has too many lists, objects or strings (docs/processors.md)`
    : undefined;
}

/** Stops early when it is too deep. About 1 ns per byte: most bytes are looked up in a table, and long strings are skipped. */
function measured(bytes: Uint8Array, deepest: number, text: number): { depth: number; heap: number } {
  let depth = 0;
  let heap = text;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    if (isSign[byte] === 0) continue;
    heap += costs[byte] ?? 0;
    if (byte === quote) index = endOfText(bytes, index + 1);
    else if (byte === closeList || byte === closeObject) depth -= 1;
    else if (byte === openList || byte === openObject) {
      depth += 1;
      if (depth > deepest) break;
    }
  }
  return { depth, heap };
}

/** In longer strings `indexOf` is faster than a loop over the bytes. */
const shortText = 64;

/** Index of the quote that ends the string starting at `from`. */
function endOfText(bytes: Uint8Array, from: number): number {
  let index = from;
  for (const end = Math.min(bytes.length, from + shortText); index < end; index += 1) {
    const byte = bytes[index];
    if (byte === quote) return index;
    if (byte === backslash) index += 1;
  }
  // The loop may have skipped an escaped byte past its end.
  for (let begin = index; ; ) {
    const found = bytes.indexOf(quote, begin);
    if (found < 0) return bytes.length;
    let escapes = 0;
    while (found - escapes > index && bytes[found - escapes - 1] === backslash) escapes += 1;
    if (escapes % 2 === 0) return found;
    begin = found + 1;
  }
}
