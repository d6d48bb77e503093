/** An answer too long for the memory: its output goes into a file as it comes, byte for byte. */
import { answerScan } from './answer-scan.js';
import type { LineTaker } from './lines.js';
import { type FileOutput, outputFile } from './output-file.js';
import { type Failure, shortened } from './protocol.js';

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

export interface LongAnswerTaker extends LineTaker {
  /** The line will have no end. Resolves when nothing of the file is left. */
  cut(): Promise<void>;
}

export function longAnswer(options: LongAnswerOptions): LongAnswerTaker {
  const { begun, id, into, most, onAnswer, onOther } = options;
  const head = Buffer.from(begun.subarray(0, 400));
  const file = outputFile(into, most);
  const scan = answerScan(file.write);
  return {
    push: (part) => {
      scan.push(part);
      return file.drained();
    },
    end: () => {
      const said = scan.id();
      // A broken line counts as well: its request must not wait for ever.
      const isMeant = said === undefined ? !scan.isWhole() : said === id;
      if (!isMeant || !scan.isAnswer()) {
        void file.dropped().then(() => onOther(head));
        return;
      }
      const failure = scan.failure(head) ?? (scan.hasOutput() ? undefined : noOutput(head));
      onAnswer(failure ? file.dropped().then(() => failure) : file.ended());
    },
    cut: file.dropped,
  };
}

function noOutput(head: Buffer): Failure {
  return { ok: false, message: `no output: ${shortened(head)}`, isUnreadable: true };
}
