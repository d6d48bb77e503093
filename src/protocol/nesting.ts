/** What a foreign JSON text would cost to parse: looked at before it is parsed, since afterwards it is too late. */

/** How deep lists and objects of a foreign JSON may be nested: writing, checking and copying a value recurse into it. */
export const deepestJson = 512;

/** Heap that a foreign JSON may take when it is parsed and written again, bytes: what fits a sealing thread. */
export const mostHeapOfJson = 640_000_000;

/** V8's cost of a list element, a string, a number with a fraction, and a list or an object, bytes. */
const cost = { element: 8, string: 24, fraction: 16, container: 64 } as const;

const [quote, comma, point, backslash] = [0x22, 0x2c, 0x2e, 0x5c];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Why a JSON text must not be parsed, to stand behind its subject; undefined when it may be. */
export function jsonFault(
  json: string | Uint8Array,
  { deepest = deepestJson, mostHeap = mostHeapOfJson } = {},
): string | undefined {
  // Text is held twice: as it came, and in the parsed value.
  const { depth, heap } = measured(json, deepest, 2 * json.length);
  if (depth > deepest) return `is nested deeper than ${deepest}`;
  return heap > mostHeap
    ? `would take about ${Math.round(heap / 1e6)} MB of heap, at most ${Math.round(mostHeap / 1e6)} MB are allowed: it has too many lists, objects or strings (docs/processors.md)`
    : undefined;
}

/** Ends early when it is too deep. */
function measured(json: string | Uint8Array, deepest: number, text: number): { depth: number; heap: number } {
  const at =
    typeof json === 'string' ? (index: number) => json.charCodeAt(index) : (index: number) => json[index];
  let depth = 0;
  let isText = false;
  let heap = text;
  for (let index = 0; index < json.length; index += 1) {
    const char = at(index);
    if (isText) {
      if (char === backslash) index += 1;
      else if (char === quote) isText = false;
    } else if (char === quote) {
      isText = true;
      heap += cost.string;
    } else if (char === comma) heap += cost.element;
    else if (char === point) heap += cost.fraction;
    else if (char === openList || char === openObject) {
      depth += 1;
      heap += cost.container;
      if (depth > deepest) break;
    } else if (char === closeList || char === closeObject) depth -= 1;
  }
  return { depth, heap };
}
