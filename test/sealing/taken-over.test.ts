/** A sector of 0.1.0, of which no file was noted: what can be verified is noted when it goes on, the rest is named. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { ThreadRecord } from '#machines/thread-record.js';
import { sectorFiles } from '#src/sealing/sector-files.js';
import { warningsTo } from '../tools/protocol/told-events.js';
import { KiB } from '../tools/sealing/chain.js';
import { id, planWorld } from '../tools/sealing/plan-world.js';

vi.setConfig({ testTimeout: 60_000 });

/** As 0.1.0 left it at `until`. */
async function setup(until: string) {
  const world = planWorld(2 * KiB);
  const { outputs, ...record } = await world.run('sealer', { until });
  const { files: _files, ...old } = outputs;
  const warnings: string[] = [];
  const go = (next: string) =>
    world.run('sealer', {
      from: { ...record, outputs: old } as ThreadRecord,
      until: next,
      emit: warningsTo(warnings),
    });
  return { files: sectorFiles(world.location, id), go, warnings };
}

const flip = (path: string, at: number) => {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
};

describe('the sealed sector', () => {
  test.each([
    ['PC2Done', 'PCSubmitted'],
    ['PCLanded', 'Persisted'],
    ['PersistanceSubmitted', 'SeedAssigned'],
  ])('at %s is verified by its CommR and noted', async (state, next) => {
    const { go, warnings } = await setup(state);
    const { outputs } = await go(next);
    const notes = outputs.files as Readonly<Record<string, readonly { path: string }[]>>;
    expect(notes.sealed?.map(({ path }) => path)).toEqual(expect.arrayContaining(['sealed', 'cache/p_aux']));
    expect(warnings).toEqual([
      `${id} was started by an earlier version, which recorded no files: staged, layers cannot be verified here and are used as they are`,
    ]);
  });

  test('that was damaged meanwhile pauses its thread, with the state that makes it again', async () => {
    const { files, go } = await setup('PCSubmitted');
    flip(files.sealed, 700);
    await expect(go('PCLanded')).rejects.toMatchObject({
      level: 'permanent',
      message: expect.stringMatching(
        /sealed .* does not hash to its CommR: .*resume --state PC1Done makes it again/,
      ),
    });
  });
});

test('the data tree is noted by its root; of what cannot be verified the operator is told', async () => {
  const { go, warnings } = await setup('TicketAssigned');
  const { outputs } = await go('PC1Done');
  expect(Object.keys(outputs.files as object)).toEqual(expect.arrayContaining(['tree-d', 'layers']));
  expect(warnings).toEqual([
    `${id} was started by an earlier version, which recorded no files: staged cannot be verified here and is used as it is`,
  ]);
});

test('a data tree with another root pauses its thread', async () => {
  const { files, go } = await setup('TicketAssigned');
  const path = join(files.cacheDir, 'sc-02-data-tree-d.dat');
  flip(path, readFileSync(path).length - 1);
  await expect(go('PC1Done')).rejects.toMatchObject({
    level: 'permanent',
    message: expect.stringContaining('resume --state PieceAdded makes it again'),
  });
});

test('a record with notes of its own is passed by', async () => {
  const world = planWorld(2 * KiB);
  const warnings: string[] = [];
  await world.run('sealer', { emit: warningsTo(warnings) });
  expect(warnings).toEqual([]);
});
