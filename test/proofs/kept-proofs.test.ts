/**
 * What is proven of a real sector that is kept: that it is there (window proofs, whose parameters are made here in seconds), and
 * its upgrade, where PROOFS_PARAMETERS names a directory with the parameters of 2KiB (`sealvisor-proofs params snap --size 2KiB`).
 */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SnapUpProof, WdPostJob, WdPostOutput } from '../../src/protocol/jobs.js';
import { proving, upgrading } from '../tools/crash/courses.js';
import { doJob, worldWithSector } from '../tools/crash/jobs.js';
import type { World } from '../tools/crash/world.js';
import { bytes, freshDir, write } from '../tools/e2e/setup.js';
import { describeReal, makeParameters, verified } from '../tools/proofs/program.js';
import { keptByCid, preCommitsOf, realOptions, sealingStages } from '../tools/proofs/real-world.js';

const parameters = process.env.PROOFS_PARAMETERS;
const payload = bytes(2000, 42);
const timeout = 30 * 60_000;

/** A real sector, and what upgrades it; the parameters are where the processors look for them. */
async function keptSector(...more: readonly string[]) {
  const local = freshDir();
  await keptByCid(local, payload);
  const stages = [...sealingStages, 'snap_encode', 'snap_vanilla', 'window_post', ...more];
  const { world, id } = await worldWithSector(await realOptions({ pieces: [], local, stages }));
  const own = join(world.dir, 'parameters');
  mkdirSync(own);
  for (const name of parameters === undefined ? [] : readdirSync(parameters))
    symlinkSync(join(parameters ?? '', name), join(own, name));
  makeParameters('window-post', own);
  return { world, id, own };
}

const last = ({ wire }: World, method: string) => wire.said.findLast((each) => each.method === method);

async function upgrade(world: World, id: string): Promise<SnapUpProof> {
  const pieces = join(world.dir, 'upgrade');
  write(join(pieces, 'piece'), payload);
  await doJob(world, upgrading, ['snapup', id, '--pieces', pieces], async (_, __, begin) => {
    await begin();
    await expect
      .poll(() => last(world, 'SubmitSnapUpProof'), { timeout, interval: 200 })
      .toMatchObject({ result: { Res: 1 } });
  });
  return last(world, 'SubmitSnapUpProof')?.params[1] as SnapUpProof;
}

/** A window proof of the sector: what a chain would verify, and what the worker said. */
async function windowProof(world: World, id: string) {
  await doJob(world, proving, ['wdpost', 'add', '--sectors', id], async (_, __, begin) => {
    await begin();
    await world.worker().line(/ (\S+) Finished -> Empty/);
  });
  const given = world.wire.said.findLast(
    ({ method, result }) =>
      method === 'WdPoStAllocateJobs' && (result as readonly WdPostJob[] | null)?.length,
  );
  const [job] = (given?.result ?? []) as readonly WdPostJob[];
  const output = last(world, 'WdPoStFinishJob')?.params[1] as WdPostOutput;
  if (!job) throw new Error('no job');
  const { ProofType, MinerId, Sectors, Seed } = job.Input;
  const window_post = {
    ...{ proof_type: ProofType, miner_id: MinerId, seed: Seed, proofs: output.proofs },
    replicas: Sectors.map(({ SectorId, CommR }) => ({ sector_id: SectorId, comm_r: CommR })),
  };
  return { window_post, faults: output.faults };
}

describeReal('of a real sector that is kept', () => {
  test('a window proof holds, also when it is upgraded; with another seed it does not, and a damaged sector is a fault', {
    timeout,
  }, async () => {
    const { world, id, own } = await keptSector();
    for (const act of [async () => {}, () => upgrade(world, id)]) {
      await act();
      const { window_post, faults } = await windowProof(world, id);
      expect(faults).toEqual([]);
      expect(verified({ window_post }, own)).toBe('true');
      const seed = window_post.seed.map((byte) => byte ^ 1);
      expect(verified({ window_post: { ...window_post, seed } }, own)).toBe('false');
    }
    const file = join(world.remote, 'update', id);
    writeFileSync(file, readFileSync(file).fill(7));
    expect(await windowProof(world, id)).toMatchObject({ window_post: { proofs: [] }, faults: [1] });
  });

  describe.runIf(parameters !== undefined)('with parameters', () => {
    test('the proof of its upgrade holds, and that of other data does not', { timeout }, async () => {
      const { world, id, own } = await keptSector('snap_prove');
      const { CommR, CommD, Proof } = await upgrade(world, id);
      const update = {
        registered_proof: 'StackedDrg2KiBV1',
        comm_r_old: preCommitsOf(world, 1)[0]?.CommR,
        ...{ comm_r_new: CommR, comm_d_new: CommD, proof: [...Buffer.from(Proof, 'base64')] },
      };
      expect(verified({ update }, own)).toBe('true');
      expect(verified({ update: { ...update, comm_d_new: update.comm_r_old } }, own)).toBe('false');
    });
  });
});
