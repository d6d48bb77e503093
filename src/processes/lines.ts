/** No longer line can become a text in Node 20, bytes. */
const longestText = 500 * 1024 * 1024;

/**
 * Splits a stream into lines. Chunks are kept as they come until a line ends: an answer of 50 MB is joined once.
 * What a line has over `longest` bytes is dropped, so that a child that never ends one does not fill the memory.
 */
export function lineSplitter(
  onLine: (line: Buffer) => void,
  longest: number = longestText,
): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let length = 0;
  const keep = (part: Buffer) => {
    const kept = part.subarray(0, longest - length);
    if (kept.length === 0) return;
    parts.push(kept);
    length += kept.length;
  };
  return (chunk) => {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      keep(chunk.subarray(from, end));
      const line = parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts);
      parts = [];
      length = 0;
      from = end + 1;
      onLine(line);
    }
    if (from < chunk.length) keep(chunk.subarray(from));
  };
}

/** Longer lines are no words to be waited for, bytes. */
const longestWord = 4096;

/** Whether a line, without the white space around it, is the word that is waited for. */
export function isWord(line: Buffer, word: string | RegExp): boolean {
  if (line.length > longestWord) return false;
  const text = line.toString().trim();
  return typeof word === 'string' ? text === word : word.test(text);
}
