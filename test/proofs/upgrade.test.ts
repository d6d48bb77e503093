/** The stages of an upgrade, by the real proofs: what was encoded can be proven, and is what was put in. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bytes, freshDir, write } from '../e2e/setup.js';
import { ticket } from '../sealing/chain.js';
import { answerOf, ask, filesIn, pledge, sealedDirectly } from './direct.js';
import { describeReal } from './program.js';

const proof = 'StackedDrg2KiBV1';

/** A sealed empty sector, and its upgrade with a piece. */
async function upgraded(piece: Buffer) {
  const [old, made] = [freshDir(), freshDir()];
  const { pc2 } = await sealedDirectly(old, { number: 1, ticket, pieces: [pledge] });
  const { sealed, cache } = filesIn(old);
  const staged = join(made, 'staged');
  const piece_infos = await ask('add_pieces', {
    seal_proof_type: 'StackedDrg2KiBV1_1',
    pieces: [
      {
        piece_file: { local: write(join(made, 'piece'), piece) },
        payload_size: piece.length,
        piece_size: 2032,
      },
    ],
    staged_filepath: staged,
  });
  const update = join(made, 'update');
  const updateCache = join(made, 'update-cache');
  const encoded = await ask('snap_encode', {
    registered_proof: proof,
    new_replica_path: update,
    new_cache_path: updateCache,
    sector_path: sealed,
    sector_cache_path: cache,
    staged_data_path: staged,
    piece_infos,
  });
  const vanilla = {
    registered_proof: proof,
    comm_r_old: pc2.comm_r,
    comm_r_new: encoded.comm_r_new,
    comm_d_new: encoded.comm_d_new,
    sector_path: sealed,
    sector_cache_path: cache,
    replica_path: update,
    replica_cache_path: updateCache,
  };
  return { vanilla, encoded, update, updateCache };
}

describeReal('a real upgrade of 2KiB', () => {
  test('has vanilla proofs that hold; a damaged replica has none', async () => {
    const { vanilla, update } = await upgraded(bytes(2000, 5));
    expect(await answerOf('snap_vanilla', vanilla)).toEqual([expect.arrayContaining([expect.any(Number)])]);
    const damaged = readFileSync(update);
    damaged[100] = (damaged[100] ?? 0) ^ 1;
    writeFileSync(update, damaged);
    await expect(answerOf('snap_vanilla', vanilla)).rejects.toThrow(/snap_vanilla: /);
  });
});
