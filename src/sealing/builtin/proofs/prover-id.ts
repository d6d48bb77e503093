/**
 * The 32 bytes that identify a miner: the payload of its id address (the actor id as ULEB128), padded with zeros, as
 * filecoin-proofs-api expects it.
 */
export function proverId(miner: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt(miner);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return [...bytes, ...Array<number>(32 - bytes.length).fill(0)];
}
