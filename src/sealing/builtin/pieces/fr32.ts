/** Payload bytes and padded bytes of one quad: 4 field elements of 254 bits. */
export const quadPayload = 127;
export const quadPadded = 128;

/**
 * Spreads payload over field elements: two zero bits are inserted after every 254 bits. `payload` has whole quads;
 * like data-segment's `Fr32.pad`, but for any number of quads and into a given buffer.
 */
export function padInto(payload: Uint8Array, padded: Uint8Array, quads: number): void {
  for (let quad = 0; quad < quads; quad += 1) {
    const from = quad * quadPayload;
    const to = quad * quadPadded;
    for (let element = 0; element < 4; element += 1) {
      const left = element * 2;
      const right = 8 - left;
      let before = element === 0 ? 0 : (payload[from + element * 32 - 1] ?? 0);
      for (let at = element * 32; at < element * 32 + 32; at += 1) {
        const byte = at === quadPayload ? 0 : (payload[from + at] ?? 0);
        padded[to + at] = (byte << left) | (before >> right);
        before = byte;
      }
      const last = to + element * 32 + 31;
      padded[last] = (padded[last] ?? 0) & 0x3f;
    }
  }
}

/** Removes the two bits after every 254: the inverse of `padInto`. */
export function unpadInto(padded: Uint8Array, payload: Uint8Array, quads: number): void {
  for (let quad = 0; quad < quads; quad += 1) {
    const from = quad * quadPadded;
    const to = quad * quadPayload;
    for (let at = 0; at < quadPayload; at += 1) {
      const element = at >> 5;
      const right = element * 2;
      const byte = padded[from + at] ?? 0;
      const next = padded[from + at + 1] ?? 0;
      // At the end of an element the next one's bits follow two bits earlier.
      const upper = (at & 31) === 31 ? next << (6 - right) : next << (8 - right);
      payload[to + at] = (byte >> right) | upper;
    }
  }
}

/** The smallest piece (padded bytes, a power of two, at least 128) that holds `payloadSize` bytes. */
export function paddedSizeOf(payloadSize: number): number {
  let size = quadPadded;
  while ((size / quadPadded) * quadPayload < payloadSize) size *= 2;
  return size;
}
