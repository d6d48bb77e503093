/** Parses an answer as a stream: everything except its output is small, and the output is passed on. */
import { MemberScan, notJson, type ValueTaker } from '../protocol/json-members.js';
import { type Failure, failureSaid, outputKeys, shortened } from './protocol.js';

/** The output of an answer in memory, as the received bytes. */
export type RawAnswer = { readonly ok: true; readonly output: Uint8Array } | Failure;

/** The answer on a line, with its output unparsed: like `parseAnswer`, for an output that is passed on. */
export function rawAnswer(line: Buffer): RawAnswer {
  const parts: Uint8Array[] = [];
  const scan = answerScan((part) => void parts.push(part));
  scan.push(line);
  const [output = Buffer.from('null')] = parts;
  return scan.failure(line) ?? { ok: true, output };
}

/** How much of an err_msg is kept, bytes. */
const mostMessage = 16 * 1024 * 1024;
const [firstOfNull] = Buffer.from('null');

/** `write` receives the bytes of the output, part by part; it is not called for a null output. */
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
    /** Undefined when it is missing or not a number. */
    id: (): number | undefined => {
      const value = id.value();
      return typeof value === 'number' ? value : undefined;
    },
    /** Whether it has an output or an error: only these end a request. */
    isAnswer: () => given.members > 0 || message.isThere(),
    hasOutput: () => given.outputs > 0,
    /** Why it has no usable output; the message shows the beginning of `line`. */
    failure: (line: Buffer): Failure | undefined => {
      if (scan.fault !== undefined && scan.fault !== notJson) return unreadable(`its answer ${scan.fault}`);
      if (!scan.isWhole) return unreadable(`not an answer: ${shortened(line)}`);
      const failure = failureSaid(message.value());
      if (failure) return failure;
      return given.outputs > 1 ? unreadable('its answer gives more than one output') : undefined;
    },
  };
}

/** The JSON of a small value, as received; bytes beyond `most` are dropped. */
function collected(most: number) {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  const take = (part: Uint8Array) => {
    if (bytes < most) parts.push(Buffer.from(part.subarray(0, most - bytes)));
    bytes += part.length;
  };
  return {
    /** Of a duplicate key the last value counts, as in JSON.parse. */
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
        // The line was cut inside the value.
        return undefined;
      }
    },
  };
}

/** A readable form of a JSON text that was cut. */
function cutText(text: string, bytes: number): string {
  // An escape sequence that was cut in two is shorter than this.
  for (let end = text.length; end > text.length - 12; end -= 1)
    try {
      return `${JSON.parse(`${text.slice(0, end)}"`)}… (cut, of ${bytes.toLocaleString('en')} bytes)`;
    } catch {
      // One more character is removed.
    }
  return `${text.slice(0, 100)}…`;
}
