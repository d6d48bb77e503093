/** The stages of an upgrade, by the real proofs: what was encoded can be proven, and is what was put in. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bytes, freshDir } from '../tools/e2e/setup.js';
import {
  answerOf,
  filesIn,
  pledge,
  sealedDirectly,
  synthetic,
  upgradedDirectly,
  usual,
} from '../tools/proofs/direct.js';
import { describeReal } from '../tools/proofs/program.js';
import { ticket } from '../tools/sealing/chain.js';

describeReal('a real upgrade of 2KiB', () => {
  test.each([usual, synthetic])(
    'has vanilla proofs that hold; a damaged replica has none: %s',
    async (proof) => {
      const dir = freshDir();
      const { pc2 } = await sealedDirectly(dir, { number: 1, ticket, pieces: [pledge], proof });
      const { vanilla } = await upgradedDirectly(freshDir(), filesIn(dir), pc2.comm_r, bytes(2000, 5));
      const update = vanilla.replica_path;
      expect(await answerOf('snap_vanilla', vanilla)).toEqual([expect.arrayContaining([expect.any(Number)])]);
      const damaged = readFileSync(update);
      damaged[100] = (damaged[100] ?? 0) ^ 1;
      writeFileSync(update, damaged);
      await expect(answerOf('snap_vanilla', vanilla)).rejects.toThrow(/snap_vanilla: /);
    },
  );
});
