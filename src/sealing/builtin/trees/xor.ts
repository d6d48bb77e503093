/** `data[i] ^= key[i]` for the first `length` bytes: encodes, and decodes when applied again. */
export function xorInto(data: Uint8Array, key: Uint8Array, length: number): void {
  for (let at = 0; at < length; at += 1) data[at] = (data[at] ?? 0) ^ (key[at] ?? 0);
}
