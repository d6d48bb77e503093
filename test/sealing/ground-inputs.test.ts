/** What the ground of a stage makes again is none of its inputs: nothing is expected of it, and what it is made of is. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyRecord, type ThreadRecord } from '#machines/thread-record.js';
import { checkAfterFailure, checkInputs } from '#src/sealing/checked-stage.js';
import { noted } from '#src/sealing/file-notes.js';
import { freshGround } from '#src/sealing/fresh-ground.js';
import { sectorFiles } from '#src/sealing/sector-files.js';
import { makeDir, marked } from '../tools/sealing/chain.js';

const id = 's-t010000-2';
const { signal } = new AbortController();

/** Another's pc1 is done, as it stands behind the first PC1: its sealed file is noted with what else it left. */
async function behindPc1(plan: string) {
  const location = marked(makeDir());
  const { root, staged, sealed, cacheDir } = sectorFiles(location, id);
  const put = (path: string, text: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  const sector = { miner: 10000, number: 2, id, proofType: 5, size: 2048 };
  const recordAt = (state: string, outputs: ThreadRecord['outputs']) => ({
    ...emptyRecord(plan, '2026-11-22T10:00:00.000Z'),
    state,
    sector,
    outputs,
  });
  put(staged, 'the pieces');
  put(join(cacheDir, 'sc-02-data-tree-d.dat'), 'their tree');
  await freshGround(recordAt(plan === 'sealer' ? 'TicketAssigned' : 'TreeDBuilt', {}), location, 'pc1');
  put(sealed, 'the pieces');
  put(join(cacheDir, 'sc-02-data-layer-1.dat'), 'labels');
  const done = recordAt('PC1Done', { pc1: 'theirs' });
  const files = await noted(done, location, ['staged', 'tree-d', 'layers'], signal);
  const record = { ...done, outputs: { ...done.outputs, files } };
  return { root, put, staged, sealed, facts: { record, location, signal } };
}

describe.each(['sealer', 'rebuild'])('a PC2 of the plan %s that was killed when it had encoded', (plan) => {
  test('is repeated: the sealed file is copied anew, whatever it has become', async () => {
    const { put, sealed, facts } = await behindPc1(plan);
    await checkInputs(facts);
    await freshGround(facts.record, facts.location, 'pc2');
    put(sealed, 'encoded');
    await checkInputs(facts);
    rmSync(sealed);
    await checkInputs(facts);
  });

  test('and has failed is not told of a file that it changed itself', async () => {
    const { put, sealed, facts } = await behindPc1(plan);
    await freshGround(facts.record, facts.location, 'pc2');
    put(sealed, 'encoded');
    await checkAfterFailure(facts);
  });

  test('is not repeated from other staged data or labels', async () => {
    const { root, put, staged, sealed, facts } = await behindPc1(plan);
    await freshGround(facts.record, facts.location, 'pc2');
    put(sealed, 'encoded');
    put(staged, 'other pieces');
    await expect(checkInputs(facts)).rejects.toThrow(`${staged} has `);
    put(staged, 'the pieces');
    put(join(root, 'cache', 'sc-02-data-layer-1.dat'), 'others');
    await expect(checkInputs(facts)).rejects.toThrow('sc-02-data-layer-1.dat has the digest');
  });

  test('is refused before it begins where the sealed file is another than PC1 left', async () => {
    const { put, sealed, facts } = await behindPc1(plan);
    put(sealed, 'the pirces');
    await expect(checkInputs(facts)).rejects.toThrow(`${sealed} has the digest`);
  });
});
