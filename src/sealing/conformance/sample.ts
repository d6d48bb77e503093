/** A stage's sample task, and what the sample tasks share: a sector of 2KiB that does not exist. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessorStage, Tasks } from '../tasks.js';

/** A task whose outcome is known. */
export interface KnownTask {
  readonly task: unknown;
  /** Whether the file that the finished task wrote is correct. */
  isRight(): boolean;
}

export interface SampleTask {
  /** The n-th task: each writes its own files. */
  task(n: number): unknown;
  /** A task of about `bytes` bytes; undefined when the stage's tasks are always small. */
  readonly large?: (bytes: number) => unknown;
  /** A task for a real upgraded sector; only for the stage `unseal`. */
  readonly upgraded?: () => KnownTask;
  /** Whether an output is valid for this stage. */
  fits(output: unknown): boolean;
  /** What fits, for messages. */
  readonly expected: string;
  /**
   * Whether the task contains another processor's output, which other programs cannot read; upstream's processors then do
   * not answer at all (consumer.rs: a request that does not parse is only logged).
   */
  readonly isOpaque: boolean;
}

type Sample<S extends ProcessorStage> = Omit<SampleTask, 'task' | 'large' | 'isOpaque'> & {
  task(n: number): Tasks[S]['task'];
  readonly large?: (bytes: number) => Tasks[S]['task'];
  readonly isOpaque?: boolean;
};

const sectorSize = 2048;
export const sealProof = 'StackedDrg2KiBV1_1';
export const syntheticProof = 'StackedDrg2KiBV1_1_Feat_SyntheticPoRep';
export const updateProof = 'StackedDrg2KiBV1';
export const bytes32: readonly number[] = new Array(32).fill(0);
export const wholeSector = [{ commitment: bytes32, size: (sectorSize / 128) * 127 }];

export const of =
  <S extends ProcessorStage>(make: (dir: string) => Sample<S>) =>
  (dir: string): SampleTask => {
    const sample = make(dir);
    return { isOpaque: false, ...sample };
  };

/** A sector's worth of zeros. */
export function inputFile(dir: string): string {
  const path = join(dir, 'input');
  writeFileSync(path, Buffer.alloc(sectorSize));
  return path;
}

export function isBytes(value: unknown, length?: number): boolean {
  if (!Array.isArray(value) || value.length === 0) return false;
  if (length !== undefined && value.length !== length) return false;
  return value.every((each) => Number.isInteger(each) && each >= 0 && each <= 255);
}
