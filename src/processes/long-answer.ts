/** A long answer: its output is written to a file as it arrives, byte for byte. */
import { answerScan } from './answer-scan.js';
import type { LineTaker } from './lines.js';
import { type FileOutput, outputFile } from './output-file.js';
import { type Failure, shortened } from './protocol.js';

export type LongAnswer = { readonly ok: true; readonly output: FileOutput } | Failure;

export interface LongAnswerOptions {
  /** The part of the line that has arrived. */
  readonly begun: Buffer;
  /** The id of the request that it is assumed to answer. */
  readonly id: number;
  /** The file for the output; its directory exists. */
  readonly into: string;
  /** Largest output, bytes. */
  readonly most: number;
  /** The line answers the request. The promise rejects with TooLarge, or with errors of the file system. */
  readonly onAnswer: (answer: Promise<LongAnswer>) => void;
  /** The line is not an answer, or not to this request; `head` is its beginning. */
  readonly onOther: (head: Buffer) => void;
}

export interface LongAnswerTaker extends LineTaker {
  /** The line will never be completed. Resolves when the file is removed. */
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
      // A broken line counts as an answer too: its request must not wait forever.
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
