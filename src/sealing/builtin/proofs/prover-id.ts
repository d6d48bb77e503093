/**
 * The 32 bytes that stand for a miner: its id address' payload (the actor id as ULEB128), filled up with zeros,
 * like filecoin-proofs-api takes it.
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
