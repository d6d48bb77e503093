/** What the pieces leave free of a sector is asked for as pledges: real processors want a sector that is full. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { zeroNode } from '#src/protocol/zero-node.js';
import { commDOf, pieceCid, placeInfos, readManifest, runTask } from '#src/sealing/builtin/index.js';
import { heightOf } from '#src/sealing/builtin/trees/hash.js';
import { sectorFiles } from '#src/sealing/sector-files.js';
import type { StageContext } from '#src/sealing/stage.js';
import { withFillers } from '#src/sealing/stages/fillers.js';
import type { AddPiecesTask, ProcessorStage, Tasks } from '#src/sealing/tasks.js';
import { makeWork } from '../tools/sealing/chain.js';
import { lastSaid, sealed, sectorOfSize, snapUpJob } from '../tools/sealing/jobs.js';
import { gives, id, planWorld } from '../tools/sealing/plan-world.js';

const size = 2048;
const unpadded = (padded: number) => (padded / 128) * 127;
const zeros = (padded: number) => [...zeroNode(heightOf(padded))];

/** Our own processors; what each was asked is noted. */
function noting(): { readonly process: StageContext['process']; readonly asked: Map<string, unknown> } {
  const asked = new Map<string, unknown>();
  const process = async <S extends ProcessorStage>(stage: S, task: Tasks[S]['task']) => {
    asked.set(stage, task);
    return runTask(stage, task, makeWork());
  };
  return { process, asked };
}

/** Pieces in their order that fit a sector of `2 ** exponent` times 128 bytes. */
const sizesThatFit = (exponent: number) =>
  fc.array(fc.integer({ min: 0, max: exponent }), { maxLength: 20 }).map((powers) => {
    const sectorSize = 128 * 2 ** exponent;
    let end = 0;
    const sizes = powers
      .map((power) => 128 * 2 ** power)
      .filter((each) => {
        const next = Math.ceil(end / each) * each + each;
        if (next > sectorSize) return false;
        end = next;
        return true;
      });
    return { sectorSize, sizes };
  });

test('any list of pieces fills the sector: each aligned to its size, in their order, CommD is the same', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 28 }).chain(sizesThatFit),
      fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
      ({ sectorSize, sizes }, bytes) => {
        const filled = withFillers(sizes, sectorSize);
        let end = 0;
        for (const { paddedSize } of filled) {
          expect(end % paddedSize).toBe(0);
          end += paddedSize;
        }
        expect(end).toBe(sectorSize);
        expect(filled.flatMap(({ at }) => at ?? [])).toEqual(sizes.map((_, at) => at));
        expect(filled.flatMap(({ at, paddedSize }) => (at === null ? [] : paddedSize))).toEqual(sizes);
        const commitments = sizes.map(() => new Array<number>(32).fill(bytes.next().value ?? 0));
        const known = sizes.map((each, at) => ({ size: unpadded(each), commitment: commitments[at] ?? [] }));
        const answered = filled.map(({ at, paddedSize }) => ({
          size: unpadded(paddedSize),
          commitment: at === null ? zeros(paddedSize) : (commitments[at] ?? []),
        }));
        expect(commDOf(placeInfos(answered), sectorSize)).toEqual(commDOf(placeInfos(known), sectorSize));
      },
    ),
  );
});

test.each([
  ['no piece', [], [2048]],
  ['one that fills it', [2048], [2048]],
  ['the largest first', [1024, 256, 128], [1024, 256, 128, 128, 512]],
  ['the smallest first', [128, 1024], [128, 128, 256, 512, 1024]],
])('%s: fillers grow up to the next alignment', (_, sizes, expected) => {
  expect(withFillers(sizes, size).map(({ paddedSize }) => paddedSize)).toEqual(expected);
});

test.each([
  ['a piece that is not a power of two', [384], /384 padded bytes/],
  ['more than the sector', [1024, 2048], /the pieces need 4096 bytes, the sector has 2048/],
])('%s is refused', (_, sizes, message) => {
  expect(() => withFillers(sizes, size)).toThrow(message);
});

test('the processor is asked for a whole sector, and what it answers is the pieces of the sector', async () => {
  const world = planWorld(size);
  const deals = [
    await world.piece(1000, 1024, 1),
    await world.piece(200, 256, 2),
    await world.piece(99, 128, 3),
  ];
  const { process, asked } = noting();
  const service = { allocateSector: async () => sectorOfSize(size), acquireDeals: async () => deals };
  const record = await world.run('sealer', { service, process, until: 'PCSubmitted' });
  const { pieces } = asked.get('add_pieces') as AddPiecesTask;
  const pledge = (padded: number) => ({
    piece_file: 'pledge',
    payload_size: unpadded(padded),
    piece_size: unpadded(padded),
  });
  expect(pieces.slice(0, 3).map(({ piece_size }) => piece_size)).toEqual([1016, 254, 127]);
  expect(pieces.slice(3)).toEqual([pledge(128), pledge(512)]);
  expect(asked.get('pc1')).toMatchObject({ piece_infos: record.outputs.pieces });
  const { cacheDir } = sectorFiles(world.location, id);
  const kept = (await readManifest(cacheDir)).pieces;
  expect(kept.map(({ cid }) => cid)).toEqual([...deals.map(({ Piece }) => Piece.Cid['/']), null, null]);
});

test('a deal of id 0 is a pledge: it is asked for as one, and no deal of the pre-commit', async () => {
  const world = planWorld(size);
  const deal = await world.piece(400, 512, 7);
  const noPiece = { ID: 0, PayloadSize: 127, Piece: { Size: 128, Cid: { '/': pieceCid(zeros(128)) } } };
  const { process, asked } = noting();
  const service = {
    allocateSector: async () => sectorOfSize(size),
    acquireDeals: async () => [noPiece, deal],
  };
  await world.run('sealer', { service, process, until: 'PCSubmitted' });
  const { pieces } = asked.get('add_pieces') as AddPiecesTask;
  expect(pieces.map(({ piece_file }) => piece_file === 'pledge')).toEqual([true, true, true, false, true]);
  expect(pieces.map(({ piece_size }) => piece_size)).toEqual([127, 127, 254, 508, 1016]);
  expect(lastSaid(world, 'submitPreCommit')[1]).toMatchObject({ Deals: [7] });
});

test('an upgrade is filled up, too; with pledges alone it would be the same sector again', async () => {
  const world = planWorld(size);
  const { CommR } = await sealed(world, size, []);
  const deal = await world.piece(400, 512, 7);
  const { process, asked } = noting();
  await world.run('snapup', { service: gives({ snapUp: snapUpJob(size, CommR, [deal]) }), process });
  const { pieces } = asked.get('add_pieces') as AddPiecesTask;
  expect(pieces.map(({ piece_size }) => piece_size)).toEqual([508, 508, 1016]);
  const noPiece = { ...deal, ID: 0 };
  const run = world.run('snapup', { service: gives({ snapUp: snapUpJob(size, CommR, [noPiece]) }) });
  await expect(run).rejects.toMatchObject({ level: 'abort' });
});

test.each([
  [
    'another commitment for a filler',
    (made: readonly unknown[]) => [made[0], { commitment: new Array(32).fill(1), size: 508 }, made[2]],
  ],
  ['fewer pieces than were asked for', (made: readonly unknown[]) => made.slice(0, 2)],
  ['more pieces than were asked for', (made: readonly unknown[]) => [...made, made[0]]],
])('an add_pieces that answers %s is refused', async (_, answer) => {
  const world = planWorld(size);
  const deal = await world.piece(400, 512, 1);
  const process = (async (stage, task) => {
    const made = await runTask(stage, task, makeWork());
    return stage === 'add_pieces' ? answer(made as readonly unknown[]) : made;
  }) as StageContext['process'];
  const service = { allocateSector: async () => sectorOfSize(size), acquireDeals: async () => [deal] };
  await expect(world.run('sealer', { service, process })).rejects.toMatchObject({
    level: 'permanent',
    message: expect.stringContaining('add_pieces'),
  });
});

test.each(['add_pieces.jsonl'])('an empty sector is asked for as upstream does (%s)', async (file) => {
  const [request = ''] = readFileSync(join('processors/filecoin/tests/field', file), 'utf8').split('\n');
  const world = planWorld(size);
  const { process, asked } = noting();
  const service = { allocateSector: async () => sectorOfSize(size), acquireDeals: async () => [] };
  await world.run('sealer', { service, process, until: 'PieceAdded' });
  const { task } = JSON.parse(request) as { readonly task: AddPiecesTask };
  expect(asked.get('add_pieces')).toMatchObject({ ...task, staged_filepath: expect.any(String) });
});
