/** What a foreign JSON text would cost to parse: looked at before it is parsed, since afterwards it is too late. */

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

/** How deep lists and objects of a foreign JSON may be nested: writing, checking and copying a value recurse into it. */
export const deepestJson = 512;

/** Heap that a foreign JSON may take when it is parsed and written again, bytes: what fits a sealing thread. */
export const mostHeapOfJson = 640_000_000;

/** V8's cost of a list element, a string, a number with a fraction, and a list or an object, bytes. */
const cost = { element: 8, string: 24, fraction: 16, container: 64 } as const;

/** Heap that a byte outside of a text stands for. */
const costs = new Uint8Array(256);
costs[quote] = cost.string;
costs[comma] = cost.element;
costs[point] = cost.fraction;
costs[openList] = costs[openObject] = cost.container;
/** Bytes that mean something outside of a text. */
const isSign = new Uint8Array(256);
for (const sign of [quote, comma, point, openList, closeList, openObject, closeObject]) isSign[sign] = 1;

/** Why a JSON text must not be parsed, to stand behind its subject; undefined when it may be. */
export function jsonFault(
  json: string | Uint8Array,
  { deepest = deepestJson, mostHeap = mostHeapOfJson } = {},
): string | undefined {
  // Text is held twice: as it came, and in the parsed value.
  const bytes = typeof json === 'string' ? Buffer.from(json) : json;
  const { depth, heap } = measured(bytes, deepest, 2 * json.length);
  if (depth > deepest) return `is nested deeper than ${deepest}`;
  return heap > mostHeap
    ? `would take about ${Math.round(heap / 1e6)} MB of heap, at most ${Math.round(mostHeap / 1e6)} MB are allowed: it has too many lists, objects or strings (docs/processors.md)`
    : undefined;
}

/** Ends early when it is too deep. About 1 ns a byte: what most bytes are is looked up, and long texts are passed over. */
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

/** From here on a search by `indexOf` is faster than a look at each byte. */
const shortText = 64;

/** Where the quote is that ends the text which begins at `from`. */
function endOfText(bytes: Uint8Array, from: number): number {
  let index = from;
  for (const end = Math.min(bytes.length, from + shortText); index < end; index += 1) {
    const byte = bytes[index];
    if (byte === quote) return index;
    if (byte === backslash) index += 1;
  }
  // The last look may have passed over an escaped byte behind the end.
  for (let begin = index; ; ) {
    const found = bytes.indexOf(quote, begin);
    if (found < 0) return bytes.length;
    let escapes = 0;
    while (found - escapes > index && bytes[found - escapes - 1] === backslash) escapes += 1;
    if (escapes % 2 === 0) return found;
    begin = found + 1;
  }
}
