/** An answer too long for the memory: its output goes into a file as it comes, byte for byte. */
import { MemberScan, notJson } from '../protocol/json-members.js';
import type { LineTaker } from './lines.js';
import { type FileOutput, outputFile } from './output-file.js';
import { type Failure, failureSaid, outputKeys, shortened } from './protocol.js';

export type LongAnswer = { readonly ok: true; readonly output: FileOutput } | Failure;

export interface LongAnswerOptions {
  /** The line as far as it has come. */
  readonly begun: Buffer;
  /** Whose request it is taken for. */
  readonly id: number;
  /** Where the output goes; the directory is there. */
  readonly into: string;
  /** Largest output, bytes. */
  readonly most: number;
  /** The line answers the request. What comes of it rejects with TooLarge, or with what the place of the file says. */
  readonly onAnswer: (answer: Promise<LongAnswer>) => void;
  /** The line is not an answer, or not to this request; how it begins. */
  readonly onOther: (head: Buffer) => void;
}

/** Of an err_msg so much is kept, bytes. */
const mostMessage = 16 * 1024 * 1024;
const [firstOfNull] = Buffer.from('null');

/** The line is over, or will have no end. Resolves when nothing of the file is left. */
export interface LongAnswerTaker extends LineTaker {
  cut(): Promise<void>;
}

export function longAnswer({
  begun,
  id: asked,
  into,
  most,
  onAnswer,
  onOther,
}: LongAnswerOptions): LongAnswerTaker {
  const head = Buffer.from(begun.subarray(0, 400));
  const file = outputFile(into, most);
  const id = collected(32);
  const message = collected(mostMessage);
  const given = { members: 0, outputs: 0 };
  const scan = new MemberScan((key) => {
    if (key === 'id') return id.take;
    if (key === 'err_msg') return message.take;
    if (!outputKeys.includes(key)) return undefined;
    given.members += 1;
    let isNull: boolean | undefined;
    return (part) => {
      if (isNull === undefined) {
        isNull = part[0] === firstOfNull;
        if (!isNull) given.outputs += 1;
      }
      if (!isNull && given.outputs === 1) file.write(part);
    };
  });
  const fault = (): LongAnswer | undefined => {
    const unreadable = (why: string) => ({ ok: false, message: why, isUnreadable: true }) as const;
    if (scan.fault !== undefined && scan.fault !== notJson) return unreadable(`its answer ${scan.fault}`);
    if (!scan.isWhole) return unreadable(`no answer: ${shortened(head)}`);
    const failure = failureSaid(message.value());
    if (failure) return failure;
    if (given.outputs > 1) return unreadable('its answer gives more than one output');
    return given.outputs === 0 ? unreadable(`no output: ${shortened(head)}`) : undefined;
  };
  return {
    push: (part) => {
      scan.push(part);
      return file.drained();
    },
    end: () => {
      const isBroken = !scan.isWhole;
      const isMeant = id.isThere() ? id.value() === asked : isBroken;
      // A broken line counts as well: its request must not wait for ever.
      const isAnswer = isMeant && (given.members > 0 || message.isThere());
      const failure = isAnswer ? fault() : undefined;
      const dropped = () => file.dropped();
      if (!isAnswer) void dropped().then(() => onOther(head));
      else onAnswer(failure ? dropped().then(() => failure) : file.ended());
    },
    cut: file.dropped,
  };
}

/** The JSON of a small value, as it came; what is beyond `most` bytes is cut. */
function collected(most: number) {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  return {
    take: (part: Uint8Array) => {
      if (bytes < most) parts.push(part.slice(0, most - bytes));
      bytes += part.length;
    },
    isThere: () => bytes > 0,
    value: (): unknown => {
      if (bytes === 0) return undefined;
      const text = Buffer.concat(parts).toString();
      return bytes <= most ? (JSON.parse(text) as unknown) : cutText(text, bytes);
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
