/** An answer read as its bytes pass: what it says beside its output is small, and the output goes elsewhere. */
import { MemberScan, notJson, type ValueTaker } from '../protocol/json-members.js';
import { type Failure, failureSaid, outputKeys, shortened } from './protocol.js';

/** The output of an answer in memory, as the bytes that came. */
export type RawAnswer = { readonly ok: true; readonly output: Uint8Array } | Failure;

/** The answer on a line, its output unparsed: as `parseAnswer`, for an output that is handed on. */
export function rawAnswer(line: Buffer): RawAnswer {
  const parts: Uint8Array[] = [];
  const scan = answerScan((part) => void parts.push(part));
  scan.push(line);
  const [output = Buffer.from('null')] = parts;
  return scan.failure(line) ?? { ok: true, output };
}

/** Of an err_msg so much is kept, bytes. */
const mostMessage = 16 * 1024 * 1024;
const [firstOfNull] = Buffer.from('null');

/** `write` takes the output, which is not null. */
export function answerScan(write: ValueTaker) {
  const id = collected(32);
  const message = collected(mostMessage);
  const given = { members: 0, outputs: 0 };
  const scan = new MemberScan((key) => {
    if (key === 'id') return id.begin();
    if (key === 'err_msg') return message.begin();
    if (!outputKeys.includes(key)) return undefined;
    given.members += 1;
    let isNull: boolean | undefined;
    return (part) => {
      if (isNull === undefined) {
        isNull = part[0] === firstOfNull;
        if (!isNull) given.outputs += 1;
      }
      if (!isNull && given.outputs === 1) write(part);
    };
  });
  const unreadable = (why: string): Failure => ({ ok: false, message: why, isUnreadable: true });
  return {
    push: (part: Uint8Array) => scan.push(part),
    isWhole: () => scan.isWhole,
    /** Undefined when it gives none, or one that is not a number. */
    id: (): number | undefined => {
      const value = id.value();
      return typeof value === 'number' ? value : undefined;
    },
    /** Whether it gives an output or an error: only these end a request. */
    isAnswer: () => given.members > 0 || message.isThere(),
    hasOutput: () => given.outputs > 0,
    /** Why it gives no output that can be used; `line` is shown by its beginning. */
    failure: (line: Buffer): Failure | undefined => {
      if (scan.fault !== undefined && scan.fault !== notJson) return unreadable(`its answer ${scan.fault}`);
      if (!scan.isWhole) return unreadable(`not an answer: ${shortened(line)}`);
      const failure = failureSaid(message.value());
      if (failure) return failure;
      return given.outputs > 1 ? unreadable('its answer gives more than one output') : undefined;
    },
  };
}

/** The JSON of a small value, as it came; what is beyond `most` bytes is cut. */
function collected(most: number) {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  const take = (part: Uint8Array) => {
    if (bytes < most) parts.push(Buffer.from(part.subarray(0, most - bytes)));
    bytes += part.length;
  };
  return {
    /** Of a key that comes twice the last value counts, as everywhere. */
    begin: () => {
      parts = [];
      bytes = 0;
      return take;
    },
    isThere: () => bytes > 0,
    value: (): unknown => {
      if (bytes === 0) return undefined;
      const text = Buffer.concat(parts).toString();
      if (bytes > most) return cutText(text, bytes);
      try {
        return JSON.parse(text);
      } catch {
        // The line broke off inside of it.
        return undefined;
      }
    },
  };
}

/** Of a JSON text that was cut. */
function cutText(text: string, bytes: number): string {
  // Not even an escape that was cut in two is longer.
  for (let end = text.length; end > text.length - 12; end -= 1)
    try {
      return `${JSON.parse(`${text.slice(0, end)}"`)}… (cut, of ${bytes.toLocaleString('en')} bytes)`;
    } catch {
      // One more letter is left out.
    }
  return `${text.slice(0, 100)}…`;
}
