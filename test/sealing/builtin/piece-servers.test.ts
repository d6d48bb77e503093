/** What a server says of a piece counts only while it is the manager that dealt it. */
import { expect, test } from 'vitest';
import { SealvisorError } from '#src/protocol/errors.js';
import { StageError } from '#src/protocol/level.js';
import { pieceCid } from '#src/sealing/builtin/index.js';
import { addPieces } from '#src/sealing/stages/pieces.js';
import { bytesOf } from '../../tools/sealing/chain.js';
import { stageContext } from '../../tools/sealing/stage-context.js';

const gone = new StageError('permanent', 'the piece cannot be fetched: it is no longer there');
const other = new SealvisorError('other_manager', 'another manager answers');

/** A thread whose piece is gone when it is fetched; `later` is what `pieceSource` answers after that. */
function setup(later: () => void, signal?: AbortSignal) {
  const deal = {
    ID: 1,
    PayloadSize: 2000,
    Piece: { Size: 2048, Cid: { '/': pieceCid([...bytesOf(32, 1)]) } },
  };
  let asked = 0;
  const pieceSource = async () => {
    asked += 1;
    if (asked > 1) later();
    return { url: 'http://m/piecestore/x', headers: {} };
  };
  const world = { state: 'DealsAcquired', outputs: { deals: [deal] }, service: { pieceSource } };
  const { context } = stageContext({ ...world, ...(signal ? { signal } : {}) });
  const process = async () => {
    throw gone;
  };
  return { added: addPieces({ ...context, process }), asked: () => asked };
}

test('a piece that is gone is waited for while another manager answers', async () => {
  const { added } = setup(() => {
    throw other;
  });
  await expect(added).rejects.toBe(other);
});

test('a piece that its own manager does not have any more is gone for good', async () => {
  await expect(setup(() => undefined).added).rejects.toBe(gone);
});

test('a stage that is ended asks nobody', async () => {
  const { added, asked } = setup(() => undefined, AbortSignal.abort(new Error('stop')));
  await expect(added).rejects.toBe(gone);
  expect(asked()).toBe(1);
});
