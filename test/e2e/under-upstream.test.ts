/** Our worker under a manager shaped as upstream's, of both versions: sectors with pieces to their end, and the jobs that follow. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { commDOf, commitmentOfCid, unseal } from '#src/sealing/builtin/index.js';
import { finishedStages, onWorker, startWorker, threadsOf, workerToml } from '../tools/e2e/fleet.js';
import { bytes, freshDir } from '../tools/e2e/setup.js';
import { resultOf, type Version } from '../tools/recorded.js';
import { makeWork } from '../tools/sealing/chain.js';
import { upstreamManager } from '../tools/upstream/manager.js';
import { filler, type OfferedPiece, offered } from '../tools/upstream/pieces.js';

const soon = { timeout: 30_000, interval: 50 };
const idOf = (number: number) => `s-t010000-${number}`;

/** A deal of 1,000 bytes; then a filler and a deal, or, where they are known, an allocation. */
async function piecesOf(version: Version): Promise<readonly OfferedPiece[]> {
  const deal = await offered(bytes(1000, 1), 1024, { deal: 77 });
  const whose = version === 'v0.2' ? { deal: 78 } : { allocation: 12 };
  return [deal, filler(512), await offered(bytes(500, 2), 512, whose)];
}

/** CommD of pieces that lie one behind the other and fill the sector. */
function commDOfAll(pieces: readonly OfferedPiece[]): readonly number[] {
  let end = 0;
  const placed = pieces.map(({ cid, size }) => {
    const offset = end;
    end += size;
    return { commitment: commitmentOfCid(cid), offset, paddedSize: size };
  });
  return [...commDOf(placed, 2048)];
}

interface Setup {
  readonly plans?: readonly string[];
  /** @default those of `piecesOf` */
  readonly pieces?: readonly OfferedPiece[];
  readonly more?: string;
}

async function setup(version: Version, { plans = [], pieces, more = '' }: Setup = {}) {
  const dir = freshDir();
  const given = pieces ?? (await piecesOf(version));
  const store = join(dir, 'remote');
  const manager = await upstreamManager({
    version,
    store: { name: 'remote', dir: store },
    offers: { sectors: [{ number: 1, pieces: given }] },
  });
  const threads = plans.map(
    (plan) => `[[sealing_thread]]\nlocation = ${JSON.stringify(join(dir, plan))}\nplan = "${plan}"\n`,
  );
  const roots = `[sealvisor]\nunseal_roots = [${JSON.stringify(dir)}]\n`;
  const toml = workerToml(dir, manager.at, { more: [...threads, roots, more].join('\n') });
  const worker = await startWorker(dir, toml.replace('disable_cc = true', 'disable_cc = false'));
  const of = (number: number) => {
    const life = manager.sectors.get(number);
    if (life) return life;
    throw new Error(`${idOf(number)} was never given out`);
  };
  const paths = (number: number, kind = 'sealed') => join(store, kind, idOf(number));
  /** What comes out of the kept file. */
  const contents = async (number: number, kind = 'sealed') => {
    const outDir = join(dir, `out-${number}-${kind}`);
    const out = await unseal({ sealedPath: paths(number, kind), outDir }, makeWork());
    return out.map(({ path }) => readFileSync(path));
  };
  return { dir, manager, worker, pieces: given, of, paths, contents };
}

const payloads = (pieces: readonly OfferedPiece[]) =>
  pieces.filter(({ whose }) => whose !== 'nobody').map(({ payload }) => Buffer.from(payload));

test.each<Version>(['v0.2', 'today'])(
  'a sector with pieces comes to its end under a manager of %s: both sides say so',
  async (version) => {
    const { dir, manager, worker, pieces, of, contents } = await setup(version);
    await worker.line(/s-t010000-1 Finished -> Empty/);

    // Ours: what the thread says, what it went through, and what lies in the store.
    expect(await threadsOf(worker.at)).toMatchObject([{ lastError: null }]);
    expect((await onWorker(worker.at, 'list')).stdout).not.toMatch(/error/i);
    await worker.end('SIGTERM');
    expect(finishedStages(join(dir, 'store1'))).toEqual(
      expect.arrayContaining([
        `${idOf(1)} Allocated -> DealsAcquired`,
        `${idOf(1)} ProofSubmitted -> Finished`,
      ]),
    );
    expect(await contents(1)).toEqual(payloads(pieces));

    // Theirs: everything was readable, and fits together.
    expect(manager.faults).toEqual([]);
    const life = of(1);
    expect(life).toMatchObject({
      preCommit: {
        CommD: commDOfAll(pieces),
        Ticket: resultOf(version, 'AssignTicket'),
        Deals: version === 'v0.2' ? [77, 78] : [77],
      },
      persisted: { instance: 'remote', isUpgrade: false },
      proof: expect.stringMatching(/^[A-Za-z0-9+/]{256}$/),
      finalized: 1,
      abortReason: null,
    });
    expect(life.states).toEqual(
      expect.arrayContaining(['Empty -> Allocated', 'C1Done -> C2Done', 'ProofSubmitted -> Finished']),
    );
    const refused = manager.calls.flatMap(({ method, params, answer }) =>
      'error' in answer ? [[method, params.length, answer.error.code]] : [],
    );
    // Each newer form is asked once.
    expect(refused).toEqual(
      version === 'today'
        ? []
        : [
            ['StoreReserveSpace', 3, -32601],
            ['SubmitPersistedEx', 3, -32601],
            ['WaitSeed', 2, -32602],
          ],
    );
  },
);

/** A sector without pieces, sealed, and the pieces of its upgrade. */
async function sealedEmpty(version: Version, plans: readonly string[]) {
  const fleet = await setup(version, { plans, pieces: [] });
  await fleet.worker.line(/s-t010000-1 Finished -> Empty/);
  const { preCommit } = fleet.of(1);
  if (!preCommit) throw new Error('no pre-commit was sent');
  return { ...fleet, preCommit, pieces: await piecesOf(version) };
}

test.each<Version>(['v0.2', 'today'])(
  'an upgrade that a manager of %s gives out puts its pieces in and submits what they are',
  async (version) => {
    const { manager, worker, of, contents, preCommit, pieces } = await sealedEmpty(version, ['snapup']);
    manager.offers.snapUps.push({ number: 1, commR: preCommit.CommR, pieces });
    await worker.line(/s-t010000-1 Persisted -> Finished/);
    await expect.poll(() => of(1).finalized, soon).toBe(2);
    expect(await contents(1, 'update')).toEqual(payloads(pieces));
    expect(of(1).upgrade).toMatchObject({
      CommD: commDOfAll(pieces),
      AccessInstance: 'remote',
      Pieces: pieces.map(({ cid }) => ({ '/': cid })),
    });
    expect(manager.faults).toEqual([]);
  },
);

test('rebuilds whose pieces stand in PiecesV2 make the sectors that were there, sealed and upgraded; a piece is unsealed', async () => {
  const fleet = await sealedEmpty('today', ['snapup', 'rebuild', 'unseal']);
  const { dir, manager, worker, of, paths, preCommit, pieces } = fleet;
  const { offers } = manager;
  offers.sectors.push({ number: 2, pieces });
  offers.snapUps.push({ number: 1, commR: preCommit.CommR, pieces });
  await worker.line(/s-t010000-1 Persisted -> Finished/);
  await worker.line(/s-t010000-2 Finished -> Empty/);
  const kept = [paths(1, 'update'), paths(2)].map((path) => readFileSync(path));
  for (const path of [paths(1, 'update'), paths(2)]) rmSync(path);

  offers.rebuilds.push({ number: 2, pieces, upgraded: null });
  offers.rebuilds.push({ number: 1, pieces, upgraded: preCommit.CommR });
  await worker.line(/s-t010000-2 Persisted -> Finished/);
  await worker.line(/s-t010000-1 Persisted -> Finished/, worker.lines.length);
  expect([paths(1, 'update'), paths(2)].map((path) => readFileSync(path))).toEqual(kept);
  expect(of(1).persisted).toEqual({ instance: 'remote', isUpgrade: true });

  const [deal] = pieces;
  if (!deal) throw new Error('no piece');
  const dest = join(dir, 'unsealed');
  const commD = of(2).preCommit?.CommD ?? [];
  offers.unseals.push({ number: 2, piece: deal, offset: 0, commD, dests: [pathToFileURL(dest).href] });
  await expect.poll(() => of(2).unsealed, soon).toEqual({ cid: deal.cid, error: '' });
  // Upstream's job does not say how long the payload is: what comes out is the piece, zeros at its end.
  const padding = Buffer.alloc(1016 - deal.payload.length);
  expect(readFileSync(dest)).toEqual(Buffer.concat([deal.payload, padding]));
  expect(manager.faults).toEqual([]);
});

test("a window proof is made of a kept sector by the name that upstream's manager gives it", async () => {
  const { manager, worker, of } = await setup('today', { plans: ['wdpost'] });
  await worker.line(/s-t010000-1 Finished -> Empty/);
  manager.offers.wdPosts.push({ id: '9tFbte4xjjz', number: 1, commR: of(1).preCommit?.CommR ?? [] });
  await expect
    .poll(() => manager.wdPosts.get('9tFbte4xjjz'), soon)
    .toEqual({ proofs: [expect.anything()], faults: [], error: '' });
  expect(manager.faults).toEqual([]);
});

test.each<Version>(['v0.2', 'today'])(
  'a sector that an operator aborts is reported to a manager of %s as aborted, and never as finished',
  async (version) => {
    const held = '[sealvisor.builtin]\nleast = { pc1 = "1h" }';
    const { worker, manager, of } = await setup(version, { more: held });
    await worker.line(/s-t010000-1 TreeDBuilt -> TicketAssigned/);
    const on = (...args: readonly string[]) => onWorker(worker.at, ...args, '--index', '0');
    expect((await on('pause', '--now')).code).toBe(0);
    expect((await on('resume', '--state', 'Aborted', '--reason', 'bad disk')).code).toBe(0);
    await worker.line(/s-t010000-1 Aborted -> Empty/);
    expect(of(1)).toMatchObject({ abortReason: 'bad disk', finalized: 0 });
    expect(manager.faults).toEqual([]);
  },
);

test.each([
  ['other pieces', false],
  ['none', true],
])('a rebuild that names %s replaces nothing of what is kept, and says what differs', async (_, isEmpty) => {
  const { manager, worker, paths, of, pieces } = await setup('today', { plans: ['rebuild'] });
  await worker.line(/s-t010000-1 Finished -> Empty/);
  const kept = readFileSync(paths(1));
  const others = isEmpty ? [] : [await offered(bytes(1000, 9), 1024, { deal: 77 }), ...pieces.slice(1)];
  manager.offers.rebuilds.push({ number: 1, pieces: others, upgraded: null });
  const [line] = await worker.line(/#1 s-t010000-1 SnapDone: permanent: .*/);
  expect(line).toContain(Buffer.from(of(1).preCommit?.CommR ?? []).toString('hex'));
  expect(readFileSync(paths(1))).toEqual(kept);
  expect(of(1)).toMatchObject({ finalized: 1, abortReason: null });
  expect(await threadsOf(worker.at)).toMatchObject([{}, { mode: 'paused', state: 'SnapDone' }]);
});
