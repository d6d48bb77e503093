import { Fr32, Piece } from '@web3-storage/data-segment';
import { describe, expect, test } from 'vitest';
import { addPieces, commitmentOfCid, commP, pieceCid, proverId } from '#src/sealing/builtin/index.js';
import { paddedSizeOf, padInto, unpadInto } from '#src/sealing/builtin/pieces/fr32.js';
import { bytesOf, chunksOf, KiB, MiB, makeDir, makeWork, pathsIn } from '../../tools/sealing/chain.js';

describe('commP', () => {
  test.each([65, 126, 127, 128, 1000, 2032, 65_023, 65_024, 65_025, 130_048, 200_000, MiB])(
    'of %i bytes is data-segment’s',
    async (size) => {
      const bytes = bytesOf(size);
      const piece = Piece.fromPayload(bytes);
      const found = await commP(chunksOf(bytes), makeWork());
      expect(pieceCid(found.commitment)).toBe(piece.toInfo().link.toString());
      expect(BigInt(found.paddedSize)).toBe(piece.toInfo().size);
      expect(found.payloadSize).toBe(size);
    },
  );

  test('of a larger piece is that of the payload with zeros after it', async () => {
    const bytes = bytesOf(1000);
    const filled = new Uint8Array((256 * KiB * 127) / 128);
    filled.set(bytes);
    const larger = await commP(chunksOf(bytes), makeWork(), { paddedSize: 256 * KiB });
    expect(larger.commitment).toEqual((await commP(chunksOf(filled), makeWork())).commitment);
  });

  test('of zeros is the known one of an empty 2 KiB sector', async () => {
    const { commitment } = await commP(chunksOf(new Uint8Array(2032)), makeWork());
    expect(pieceCid(commitment)).toBe('baga6ea4seaqpy7usqklokfx2vxuynmupslkeutzexe2uqurdg5vhtebhxqmpqmy');
    expect(commitmentOfCid(pieceCid(commitment))).toEqual(commitment);
  });

  test('stops at an abort', async () => {
    const abort = new AbortController();
    async function* endless() {
      for (let count = 0; ; count += 1) {
        if (count === 3) abort.abort(new Error('enough'));
        yield new Uint8Array(KiB);
      }
    }
    await expect(commP(endless(), makeWork(undefined, abort.signal))).rejects.toThrow('enough');
  });
});

test('commitmentOfCid refuses what is not a piece CID', () => {
  expect(() => commitmentOfCid('bafkqaaa')).toThrow('is not a valid piece CID');
  expect(() => commitmentOfCid('!')).toThrow('is not a valid piece CID');
});

test('fr32 is data-segment’s, and reversible', () => {
  const payload = bytesOf(127 * 8);
  const padded = new Uint8Array(KiB);
  padInto(payload, padded, 8);
  expect(padded).toEqual(Fr32.pad(payload));
  const back = new Uint8Array(127 * 8);
  unpadInto(padded, back, 8);
  expect(Buffer.from(back).equals(payload)).toBe(true);
  expect([0, 127, 128, 254, 255].map(paddedSizeOf)).toEqual([128, 128, 256, 256, 512]);
});

test('proverId is the ULEB128 actor id, filled with zeros', () => {
  expect(proverId(10000).slice(0, 4)).toEqual([0x90, 0x4e, 0, 0]);
  expect(proverId(10000)).toHaveLength(32);
});

describe('addPieces', () => {
  const source = (cid: string | null, payloadSize: number, bytes = bytesOf(200)) => {
    return { cid, payloadSize, paddedSize: 256, open: async () => chunksOf(bytes, 64) };
  };
  const add = (pieces: Parameters<typeof addPieces>[0]['pieces']) =>
    addPieces({ sectorSize: 2 * KiB, pieces, stagedPath: pathsIn(makeDir()).stagedPath }, makeWork());

  test('a piece with another commitment, or another length, is a permanent failure', async () => {
    const other = pieceCid((await commP(chunksOf(bytesOf(200, 9)), makeWork())).commitment);
    await expect(add([source(other, 200)])).rejects.toMatchObject({ level: 'permanent' });
    await expect(add([source(null, 199)])).rejects.toThrow('longer');
    await expect(add([source(null, 201)])).rejects.toThrow('ends after');
    await expect(add(Array.from({ length: 9 }, () => source(null, 200)))).rejects.toThrow(
      'the sector has 2048',
    );
  });

  test('a source that cannot be read is a critical failure', async () => {
    const open = () => Promise.reject(Object.assign(new Error('ENOENT: gone'), { code: 'ENOENT' }));
    await expect(add([{ ...source(null, 200), open }])).rejects.toMatchObject({ level: 'critical' });
  });
});
