/** A longer line cannot become a string in Node 20, bytes. */
const longestText = 500 * 1024 * 1024;

const mebibyte = 1024 * 1024;
/**
 * A growing line moves to the next larger block. The system allocates a page when it is first written, so a large block
 * costs only what is written to it; and with few moves nothing has to be joined when an answer of 50 MB ends, which
 * would block the loop.
 */
const blockSizes = [mebibyte, 80 * mebibyte, longestText] as const;

/** Receives a line part by part, before its end has arrived. */
export interface LineTaker {
  /** A returned promise resolves when more may be pushed. */
  push(part: Buffer): Promise<void> | undefined;
  /** The line has ended. */
  end(): void;
}

export interface SplitOptions {
  /** Bytes of a line beyond this are dropped. @default 500 MiB */
  readonly longest?: number | undefined;
  /** Called with the start of a line that exceeds `longFrom`; a returned taker receives it instead of `onLine`. @default none */
  readonly onLong?: ((begun: Buffer) => LineTaker | undefined) | undefined;
}

/** Lines up to this length are always kept in memory, bytes. */
export const longFrom = 64 * 1024;

/**
 * Splits a stream into lines. Bytes of a line beyond `longest` are dropped, so that a child that never ends a line does
 * not fill the memory; `bytes` is the full length. A line over 1 MiB owns its ArrayBuffer: it may be transferred.
 * A returned promise resolves when more may be pushed.
 */
export function lineSplitter(
  onLine: (line: Buffer, bytes: number) => void,
  { longest = longestText, onLong }: SplitOptions = {},
): (chunk: Buffer) => Promise<void> | undefined {
  let begun: Buffer = Buffer.alloc(0);
  let length = 0;
  let dropped = 0;
  let taker: LineTaker | undefined;
  let isOffered = false;
  const start = () => {
    begun = Buffer.alloc(0);
    length = 0;
    dropped = 0;
    taker = undefined;
    isOffered = false;
  };
  const keep = (part: Buffer) => {
    if (taker) return taker.push(part);
    const kept = part.subarray(0, longest - length);
    dropped += part.length - kept.length;
    const needed = length + kept.length;
    if (needed > begun.length) begun = moved(begun.subarray(0, length), needed);
    kept.copy(begun, length);
    length = needed;
    if (!onLong || isOffered || length <= longFrom) return undefined;
    isOffered = true;
    taker = onLong(begun.subarray(0, length));
    return taker?.push(begun.subarray(0, length));
  };
  return (chunk) => {
    let from = 0;
    let wait: Promise<void> | undefined;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      const rest = chunk.subarray(from, end);
      from = end + 1;
      if (length === 0 && dropped === 0) {
        onLine(rest.subarray(0, longest), rest.length);
        continue;
      }
      wait = keep(rest) ?? wait;
      const [line, bytes, taken] = [begun.subarray(0, length), length + dropped, taker];
      start();
      if (taken) taken.end();
      else onLine(line, bytes);
    }
    if (from < chunk.length) wait = keep(chunk.subarray(from)) ?? wait;
    return wait;
  };
}

/** Copies the bytes into a block that has room for `needed` bytes. */
function moved(bytes: Buffer, needed: number): Buffer {
  const small = Math.max(needed, 2 * bytes.length, 1024);
  const size = small <= blockSizes[0] ? small : (blockSizes.find((each) => each >= needed) ?? needed);
  const block = Buffer.allocUnsafeSlow(size);
  bytes.copy(block);
  return block;
}

/** Longer lines cannot be the ready line, bytes. */
const longestWord = 4096;

/** Whether a line, trimmed, is the expected word. */
export function isWord(line: Buffer, word: string | RegExp): boolean {
  if (line.length > longestWord) return false;
  const text = line.toString().trim();
  return typeof word === 'string' ? text === word : word.test(text);
}
