/**
 * Whether the log (WAL) of a database is damaged. SQLite reads it up to the first frame with a wrong checksum and treats
 * the rest as never written: right after a power cut, but it hides a disk that flips bits in committed frames.
 */

const headerBytes = 32;
const frameHeaderBytes = 24;

/**
 * What is wrong with the log, as text to follow its name. A tail that is cut, or damaged in the last transaction, is what
 * a power cut leaves. Each transaction is on disk before the next one is written, so valid frames after a commit show
 * that the frames before it were whole once.
 */
export function logFault(log: Buffer): string | undefined {
  if (log.length < headerBytes) return undefined;
  if (log.subarray(0, headerBytes).every((byte) => byte === 0))
    return log.every((byte) => byte === 0) ? undefined : 'its header is gone';
  const isBigEndian = (log.readUInt32BE(0) & 1) === 1;
  const start = checksum(log, 0, 24, [0, 0], isBigEndian);
  if (!isSum(log, 24, start)) return 'its header does not match its checksum';
  const frameBytes = frameHeaderBytes + log.readUInt32BE(8);
  const count = Math.floor((log.length - headerBytes) / frameBytes);
  const frameAt = (at: number) => headerBytes + at * frameBytes;
  const isWhole = (at: number) => {
    const from = frameAt(at);
    // A frame with another salt, or with zeros, is left from an earlier cycle of the log.
    if (log.compare(log, 16, 24, from + 8, from + 16) !== 0) return false;
    const before = at === 0 ? start : sumAt(log, frameAt(at - 1) + 16);
    const head = checksum(log, from, from + 8, before, isBigEndian);
    return isSum(
      log,
      from + 16,
      checksum(log, from + frameHeaderBytes, from + frameBytes, head, isBigEndian),
    );
  };
  let broken = 0;
  while (broken < count && isWhole(broken)) broken += 1;
  let isCommitted = false;
  for (let at = broken; at < count; at += 1) {
    if (isCommitted && isWhole(at)) return `its frame ${broken + 1} does not match its checksum`;
    // The size of the database after a commit; 0 in frames that do not commit.
    isCommitted ||= log.readUInt32BE(frameAt(at) + 4) !== 0;
  }
  return undefined;
}

type Sum = readonly [number, number];

/** https://www.sqlite.org/fileformat2.html#checksum_algorithm */
function checksum(log: Buffer, from: number, to: number, seed: Sum, isBigEndian: boolean): Sum {
  let [a, b] = seed;
  for (let at = from; at < to; at += 8) {
    a = (a + (isBigEndian ? log.readUInt32BE(at) : log.readUInt32LE(at)) + b) >>> 0;
    b = (b + (isBigEndian ? log.readUInt32BE(at + 4) : log.readUInt32LE(at + 4)) + a) >>> 0;
  }
  return [a, b];
}

const sumAt = (log: Buffer, at: number): Sum => [log.readUInt32BE(at), log.readUInt32BE(at + 4)];

function isSum(log: Buffer, at: number, [a, b]: Sum): boolean {
  return log.readUInt32BE(at) === a && log.readUInt32BE(at + 4) === b;
}
