/**
 * Whether a processor's output fits the next stage (docs/spec.md#processor-protocol): only the parts that sealvisor
 * itself uses are checked. Pure.
 */
import type { ProcessorStage } from './tasks.js';

/** What is wrong with an output, as `output.comm_r has 31 bytes, not 32`; undefined when it fits. */
export function outputFault(stage: ProcessorStage, output: unknown): string | undefined {
  return checks[stage](output, 'output');
}

type Check = (value: unknown, name: string) => string | undefined;

const isByte = (value: unknown) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255;

const something: Check = (value, name) =>
  value === null || value === undefined ? `${name} is missing` : undefined;
const text: Check = (value, name) =>
  typeof value === 'string' && value !== '' ? undefined : `${name} is not text`;
const count: Check = (value, name) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? undefined
    : `${name} is not a whole number`;
const done: Check = (value, name) => {
  if (typeof value !== 'boolean') return `${name} is neither true nor false`;
  return value ? undefined : `${name} is false: it was not done`;
};
const bytes: Check = (value, name) => {
  if (!Array.isArray(value) || !value.every(isByte)) return `${name} is not an array of bytes`;
  return value.length === 0 ? `${name} is empty` : undefined;
};
const commitment: Check = (value, name) => {
  const fault = bytes(value, name);
  if (fault !== undefined || !Array.isArray(value)) return fault;
  return value.length === 32 ? undefined : `${name} has ${value.length} bytes, not 32`;
};

/** `true`, as in the protocol; upstream's newer processors return the root of the tree. */
const doneOrRoot: Check = (value, name) =>
  Array.isArray(value) ? commitment(value, name) : done(value, name);

function table(parts: Readonly<Record<string, Check>>): Check {
  return (value, name) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return `${name} is not an object`;
    const fields = new Map(Object.entries(value));
    return firstFault(Object.entries(parts), ([key, check]) => check(fields.get(key), `${name}.${key}`));
  };
}

function list(check: Check): Check {
  return (value, name) =>
    Array.isArray(value)
      ? firstFault([...value.entries()], ([at, item]) => check(item, `${name}[${at}]`))
      : `${name} is not an array`;
}

/** A non-empty list; the contents of each proof concern only the processors that make and use it. */
function proofs(value: unknown, name: string): string | undefined {
  if (Array.isArray(value) && value.length === 0) return `${name} is empty`;
  return list(something)(value, name);
}

function firstFault<T>(items: readonly T[], faultOf: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const fault = faultOf(item);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const checks: Readonly<Record<ProcessorStage, Check>> = {
  add_pieces: list(table({ commitment, size: count })),
  tree_d: doneOrRoot,
  pc1: something,
  pc2: table({ registered_proof: text, comm_r: commitment, comm_d: commitment }),
  c1: something,
  c2: table({ proof: bytes }),
  synth_proof: done,
  snap_encode: table({ comm_r_new: commitment, comm_r_last_new: commitment, comm_d_new: commitment }),
  snap_vanilla: proofs,
  snap_prove: bytes,
  transfer: done,
  unseal: count,
  window_post: table({ proofs: list(bytes), faults: list(count) }),
};
