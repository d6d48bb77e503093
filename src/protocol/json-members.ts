/**
 * Streaming reader of a JSON object of any size: passes on the bytes of its members' values. They are verified to be
 * JSON and are never decoded to text.
 */
import { closeList, closeObject, comma, openList, openObject } from './json-signs.js';
import { decide, failed, firstOf, states, tables } from './json-states.js';
import { deepestJson } from './nesting.js';

/** Receives the bytes of a value, chunk by chunk. */
export type ValueTaker = (part: Uint8Array) => void;

/**
 * Called at each top-level member: returns the receiver of its value's bytes, without white space around them.
 * Undefined skips it.
 */
export type MemberReader = (key: string) => ValueTaker | undefined;

/** The fault of input that is not JSON. */
export const notJson = 'is not JSON';

/** Longer keys are not reported, bytes. */
const longestKey = 256;

export class MemberScan {
  /** Kinds of the containers around the current byte, by depth: 1 for an object. */
  readonly #around = new Uint8Array(deepestJson + 1);
  readonly #reader: MemberReader;
  #depth = 0;
  #table: Uint8Array = tables.top;
  #state: number = states.start;
  #fault: string | undefined;
  #key: Buffer = Buffer.alloc(0);
  #taker: ValueTaker | undefined;
  /** Where in the chunk the current key or value begins or continues; -1 outside of them. */
  #keyFrom = -1;
  #valueFrom = -1;

  constructor(reader: MemberReader) {
    this.#reader = reader;
  }

  /** Why the input cannot be read, as the predicate of a sentence; undefined as long as it can. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** Whether the object has ended. */
  get isWhole(): boolean {
    return this.#fault === undefined && this.#state === states.done;
  }

  /** The next bytes; everything after a fault is ignored. @throws what a taker throws */
  push(chunk: Uint8Array): void {
    if (this.#keyFrom >= 0) this.#keyFrom = 0;
    if (this.#valueFrom >= 0) this.#valueFrom = 0;
    for (let index = 0; this.#fault === undefined; index += 1) {
      index = this.#plain(chunk, index);
      if (index >= chunk.length) break;
      const byte = chunk[index] ?? 0;
      const isDecided = this.#table[(this.#state << 8) | byte] === decide;
      this.#state = isDecided ? this.#decided(byte, chunk, index) : failed;
      if (this.#state === failed) this.#fault ??= notJson;
    }
    if (this.#keyFrom >= 0) this.#keep(chunk.subarray(this.#keyFrom));
    if (this.#valueFrom >= 0 && this.#valueFrom < chunk.length)
      this.#taker?.(chunk.subarray(this.#valueFrom));
  }

  /** Skips the bytes that the table decides; returns the index of the first that it does not. Nearly all bytes are read here. */
  #plain(chunk: Uint8Array, from: number): number {
    const table = this.#table;
    const { length } = chunk;
    let state = this.#state;
    let index = from;
    for (; index < length; index += 1) {
      // Both indexes are within bounds: no default, which would cost a check at each byte.
      const next = table[(state << 8) | (chunk[index] as number)] as number;
      if (next >= failed) break;
      state = next;
    }
    this.#state = state;
    return index;
  }

  #decided(byte: number, chunk: Uint8Array, index: number): number {
    switch (this.#state) {
      case states.start:
        return this.#open(byte);
      case states.keyOrEnd:
      case states.key:
        if (byte === closeObject) return this.#close(chunk, index);
        this.#key = Buffer.alloc(0);
        this.#keyFrom = index + 1;
        return states.name;
      case states.name:
        this.#keep(chunk.subarray(this.#keyFrom, index));
        this.#keyFrom = -1;
        return states.colon;
      case states.value:
      case states.valueOrEnd:
        if (byte === closeList) return this.#close(chunk, index);
        return this.#depth === 1 ? this.#begin(byte, index) : this.#open(byte);
      case states.after:
        return this.#close(chunk, index);
      case states.zero:
      case states.whole:
      case states.fraction:
      case states.exponentDigits:
        if (this.#depth === 1) this.#end(chunk, index);
        if (byte === closeObject || byte === closeList) return this.#close(chunk, index);
        return byte === comma ? states.key : states.after;
      default:
        // The last byte of a string or a literal.
        this.#end(chunk, index + 1);
        return states.after;
    }
  }

  #open(byte: number): number {
    this.#depth += 1;
    if (this.#depth > deepestJson) {
      this.#fault = `is nested deeper than ${deepestJson}`;
      return failed;
    }
    this.#around[this.#depth] = byte === openObject ? 1 : 0;
    this.#table = this.#inside();
    return byte === openObject ? states.keyOrEnd : states.valueOrEnd;
  }

  #close(chunk: Uint8Array, index: number): number {
    this.#depth -= 1;
    if (this.#depth === 0) return states.done;
    this.#table = this.#inside();
    if (this.#depth === 1) this.#end(chunk, index + 1);
    return states.after;
  }

  #inside(): Uint8Array {
    if (this.#depth === 1) return tables.top;
    return this.#around[this.#depth] === 1 ? tables.object : tables.list;
  }

  /** A value of the top-level object. */
  #begin(byte: number, index: number): number {
    const key = keyOf(this.#key);
    this.#taker = key === undefined ? undefined : this.#reader(key);
    this.#valueFrom = index;
    return byte === openList || byte === openObject ? this.#open(byte) : firstOf(byte);
  }

  #end(chunk: Uint8Array, end: number): void {
    if (end > this.#valueFrom) this.#taker?.(chunk.subarray(this.#valueFrom, end));
    this.#taker = undefined;
    this.#valueFrom = -1;
  }

  #keep(part: Uint8Array): void {
    if (this.#key.length <= longestKey)
      this.#key = Buffer.concat([this.#key, part.subarray(0, longestKey + 1)]);
  }
}

/** Undefined for a key that is too long or is not valid as a JSON string. */
function keyOf(bytes: Buffer): string | undefined {
  if (bytes.length > longestKey) return undefined;
  try {
    // What the scan accepted between quotes parses as a JSON string.
    return JSON.parse(`"${bytes.toString()}"`) as string;
  } catch {
    return undefined;
  }
}
