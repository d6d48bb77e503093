import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ThreadView } from '../../src/protocol/thread.js';
import { finishedStages, workerToml } from '../tools/e2e/fleet.js';
import { bytes, freePort, freshDir, run, start, write } from '../tools/e2e/setup.js';

/** A home whose fleet listens on free ports, and a directory with the pieces. */
async function setup(
  sizes: readonly number[],
  options: { readonly threads?: number; readonly more?: string } = {},
) {
  const dir = freshDir();
  const home = join(dir, 'home');
  const manager = `127.0.0.1:${await freePort()}`;
  write(join(home, 'venus-worker.toml'), workerToml(home, manager, { threads: 2, ...options }));
  const pieces = join(dir, 'pieces');
  mkdirSync(pieces);
  const payloads = sizes.map((size, index) => bytes(size, index + 1));
  for (const [index, payload] of payloads.entries()) write(join(pieces, `piece-${index}.bin`), payload);
  const args = ['start', '--home', home, '--pieces', pieces, '--epoch', '50ms'];
  return { dir, home, payloads, args };
}

interface Sealed {
  readonly sector: string;
  readonly secondsByStage: Readonly<Record<string, number>>;
  readonly sealedFile: string;
  readonly commD: string;
  readonly commR: string;
}

/** Every piece of the sealed files, by its CID. */
async function unsealed(sealedFiles: readonly string[], out: string) {
  const found = await Promise.all(
    sealedFiles.map(async (file) => {
      const { code, stdout } = await run('sealvisor', ['unseal', file, '--out', out, '--json']);
      expect(code).toBe(0);
      return JSON.parse(stdout) as { cid: string; path: string; payloadSize: number }[];
    }),
  );
  const pieces = found.flat();
  expect(readdirSync(out).toSorted()).toEqual(pieces.map((piece) => piece.cid).toSorted());
  return pieces.map((piece) => readFileSync(piece.path));
}

const sorted = (payloads: readonly Buffer[]) => payloads.map((each) => each.toString('hex')).toSorted();

/** The stages of one sector of the sealer plan, as lines of history. */
const everyStageOnce = (sector: string) => [
  `${sector} Empty -> Allocated`,
  `${sector} Allocated -> DealsAcquired`,
  `${sector} DealsAcquired -> PieceAdded`,
  `${sector} PieceAdded -> TreeDBuilt`,
  `${sector} TreeDBuilt -> TicketAssigned`,
  `${sector} TicketAssigned -> PC1Done`,
  `${sector} PC1Done -> PC2Done`,
  `${sector} PC2Done -> PCSubmitted`,
  `${sector} PCSubmitted -> PCLanded`,
  `${sector} PCLanded -> Persisted`,
  `${sector} Persisted -> PersistanceSubmitted`,
  `${sector} PersistanceSubmitted -> SeedAssigned`,
  `${sector} SeedAssigned -> C1Done`,
  `${sector} C1Done -> C2Done`,
  `${sector} C2Done -> ProofSubmitted`,
  `${sector} ProofSubmitted -> Finished`,
  `${sector} Finished -> Empty`,
];

describe('sealvisor start, then unseal', () => {
  test('2KiB sectors give back files of 1 byte up to a whole payload; a larger one is skipped with one warning', async () => {
    const { dir, payloads, args } = await setup([2032, 1, 127, 128, 1016, 508, 1017, 2033, 3000]);
    const { code, stdout, stderr } = await run('sealvisor', [
      ...args,
      '--sector-size',
      '2KiB',
      '--sectors',
      '3',
      '--json',
    ]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const summary = JSON.parse(stdout) as Sealed[];
    expect(summary.map((sealed) => sealed.sector)).toEqual(['s-t010000-1', 's-t010000-2', 's-t010000-3']);
    for (const { commD, commR, secondsByStage } of summary) {
      expect(commD).toMatch(/^[0-9a-f]{64}$/);
      expect(commR).toMatch(/^[0-9a-f]{64}$/);
      expect(Object.keys(secondsByStage)).toEqual(
        expect.arrayContaining(['AddPieces', 'TreeD', 'PC1', 'PC2', 'PersistFiles', 'C1', 'C2']),
      );
    }
    const isEnd = (line: string) => line.includes('the manager has given out all 3 sectors');
    expect(stderr.match(/^\S+ warn .*$/gm)?.filter((line) => !isEnd(line))).toEqual([
      expect.stringMatching(/skipped 2 files .* over 2032 bytes.*piece-7\.bin/),
    ]);
    const files = summary.map((sealed) => sealed.sealedFile);
    expect(sorted(await unsealed(files, join(dir, 'out')))).toEqual(sorted(payloads.slice(0, 7)));
  });

  test('with synthetic PoRep: its proofs are written before the pre-commit, and it gives its files back', async () => {
    const { dir, home, payloads, args } = await setup([2032]);
    const line = [...args, '--sector-size', '2KiB', '--sectors', '1', '--use-synthetic-porep'];
    expect(await run('sealvisor', line)).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/SyntheticPoRepNeeded -> PC2Done.*-> Finished/s),
    });
    const sealed = join(home, 'remote', 'sealed', 's-t010000-1');
    expect(await unsealed([sealed], join(dir, 'out'))).toEqual(payloads);
  });

  test('an 8MiB sector gives its files back, and the summary is a table', async () => {
    const { dir, home, payloads, args } = await setup([4_000_000, 1_000_000, 70_000, 5]);
    const { code, stdout } = await run('sealvisor', [...args, '--sectors', '1']);
    expect(code).toBe(0);
    const [head, row, ...rest] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/^Sector +AddPieces\(s\) .* SealedFile +CommD +CommR$/);
    expect(row).toMatch(/^s-t010000-1 +\d+\.\d\d .*\/sealed\/s-t010000-1 +[0-9a-f]{64} +[0-9a-f]{64}$/);
    expect(rest).toEqual([]);
    const sealed = join(home, 'remote', 'sealed', 's-t010000-1');
    expect(sorted(await unsealed([sealed], join(dir, 'out')))).toEqual(sorted(payloads));
  });

  test('Ctrl-C stops with exit 0, and the same line goes on: no sector twice, no finished stage again', async () => {
    const more = '[sealvisor.builtin]\nleast = { pc1 = "1s" }';
    const { dir, home, payloads, args } = await setup([2000, 1500, 1400], { more });
    const line = [...args, '--sector-size', '2KiB', '--sectors', '3'];
    const first = start('sealvisor', line);
    const [, at = ''] = await first.line(/worker on (\S+)/);
    const isInPc1 = async () =>
      ((await (await fetch(`http://${at}/api/v1/threads`)).json()) as readonly ThreadView[]).some(
        ({ processor }) => processor?.name === 'pc1',
      );
    await expect.poll(isInPc1, { timeout: 45_000, interval: 10 }).toBe(true);
    const stopped = await first.end('SIGINT');
    expect(stopped.code).toBe(0);
    expect(stopped.stderr).toContain('stopping at a safe point');
    expect(stopped.stderr.trimEnd()).toMatch(/stopped; the same command continues from here$/);
    // The stage that ran was let to its end.
    expect(stopped.stderr).toMatch(/TicketAssigned -> PC1Done/);
    expect(stopped.stderr).not.toMatch(/-> Finished/);

    expect((await run('sealvisor', line)).code).toBe(0);
    const rows = ['store1', 'store2'].flatMap((store) => finishedStages(join(home, store)));
    const sectors = ['s-t010000-1', 's-t010000-2', 's-t010000-3'];
    expect(rows.toSorted()).toEqual(sectors.flatMap(everyStageOnce).toSorted());
    const sealedDir = join(home, 'remote', 'sealed');
    expect(readdirSync(sealedDir).toSorted()).toEqual(sectors);
    const files = sectors.map((sector) => join(sealedDir, sector));
    expect(sorted(await unsealed(files, join(dir, 'out')))).toEqual(sorted(payloads));

    const third = await run('sealvisor', line);
    expect(third.code).toBe(0);
    expect(third.stderr).not.toMatch(/ -> /);
  });

  test('kill -9 while it seals and again as a sector finishes: the same line seals every piece once', async () => {
    const { dir, home, payloads, args } = await setup([2000, 1900, 1800]);
    const line = [...args, '--sector-size', '2KiB', '--sectors', '3'];
    for (const mark of [/-> PC1Done/, /-> Finished/, /-> Finished/]) {
      const killed = start('sealvisor', line);
      await killed.line(mark);
      await killed.end('SIGKILL');
    }
    expect((await run('sealvisor', line)).code).toBe(0);
    const sectors = ['s-t010000-1', 's-t010000-2', 's-t010000-3'];
    const rows = ['store1', 'store2'].flatMap((store) => finishedStages(join(home, store)));
    expect(rows.toSorted()).toEqual(sectors.flatMap(everyStageOnce).toSorted());
    const files = sectors.map((sector) => join(home, 'remote', 'sealed', sector));
    expect(sorted(await unsealed(files, join(dir, 'out')))).toEqual(sorted(payloads));
  });

  test('the commands it prints work as they are printed, from another directory', async () => {
    const { dir, args } = await setup([100]);
    const fleet = start('sealvisor', [...args, '--sector-size', '2KiB']);
    await fleet.line(/ fleet every piece is sealed/);
    const told = fleet.lines.flatMap((line) => /^ {2}(\/.*)$/.exec(line)?.slice(1) ?? []);
    const answers: string[] = [];
    for (const line of told) {
      const { status, stdout, stderr } = spawnSync(line, {
        shell: true,
        cwd: dir,
        encoding: 'utf8',
        // A shell without node: what is printed brings its own.
        env: { PATH: '/usr/bin:/bin' },
      });
      expect({ line, status, stderr }).toMatchObject({ status: 0 });
      answers.push(stdout + stderr);
    }
    expect(answers).toEqual([
      expect.stringMatching(/^#0: /),
      expect.stringMatching(/^thread #0 is paused at /),
      expect.stringMatching(/^thread #0 resumes at /),
      expect.stringMatching(/^Name +Dest /),
      expect.stringMatching(/^Index +Loc /),
      expect.stringMatching(/1 piece, each checked against its CID\n$/),
    ]);
    expect(readdirSync(join(dir, 'pieces'))).toHaveLength(2);
  });

  test('a second one in the same home is told that the home is in use, and a second one elsewhere that the port is', async () => {
    const { dir, home, args } = await setup([100]);
    const line = [...args, '--sector-size', '2KiB'];
    const first = start('sealvisor', line);
    await first.line(/ fleet every piece is sealed, 1 sector in all$/);
    const second = await run('sealvisor', line);
    expect({ ...second, stderr: second.stderr.split('\n') }).toEqual({
      code: 1,
      stdout: '',
      stderr: [expect.stringMatching(/^error: .* in use by another process: .* \(location_in_use\)$/), ''],
    });
    const elsewhere = join(dir, 'elsewhere');
    write(join(elsewhere, 'venus-worker.toml'), readFileSync(join(home, 'venus-worker.toml'), 'utf8'));
    const third = await run('sealvisor', [...line, '--home', elsewhere]);
    // Its pieces are looked at before the port is taken, which the log says: the error is all that comes behind it.
    const [found, ...rest] = third.stderr.split('\n');
    expect(found).toMatch(/^\S+Z info {2}manager found a new piece: .*\/piece-0\.bin$/);
    expect({ ...third, stderr: rest }).toEqual({
      code: 1,
      stdout: '',
      stderr: [expect.stringMatching(/^error: port \d+ on 127\.0\.0\.1 is taken: .* \(port_taken\)$/), ''],
    });
    expect((await first.end('SIGINT')).code).toBe(0);
  });

  test('fewer pieces than --sectors asks for: it ends when every piece is sealed, and says so', async () => {
    const { args } = await setup([2000]);
    const { code, stdout, stderr } = await run('sealvisor', [
      ...args,
      '--sector-size',
      '2KiB',
      '--sectors',
      '3',
    ]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/ fleet every piece is sealed, 1 sector in all$/m);
    expect(stderr).toMatch(/ fleet --sectors 3 asks for more than there are pieces for: put files into /m);
    expect(stdout).toMatch(/^s-t010000-1 /m);
  });

  test('many small pieces that fit one sector, with three threads and --sectors 2: it ends', async () => {
    const { args } = await setup([300, 301, 302], { threads: 3 });
    const line = [...args, '--sector-size', '2KiB', '--sectors', '2'];
    const { code, stderr } = await run('sealvisor', line);
    expect(code).toBe(0);
    expect(stderr).toMatch(/ fleet every piece is sealed, 1 sector in all$/m);
  });

  test('a file that is put into the pieces directory is sealed, and that the pieces are used up is said again', async () => {
    const { dir, args } = await setup([100]);
    const fleet = start('sealvisor', [...args, '--sector-size', '2KiB']);
    await fleet.line(/ fleet every piece is sealed, 1 sector in all$/);
    await fleet.line(/ fleet to seal more, put files into .*\/pieces: they are picked up/);
    write(join(dir, 'pieces', 'later.bin'), bytes(200, 9));
    await fleet.line(/ fleet new piece: .*\/later\.bin$/);
    await fleet.line(/ fleet every piece is sealed, 2 sectors in all$/);
    expect((await fleet.end('SIGINT')).code).toBe(0);
  });

  test('a sector without deals is sealed when disable_cc is false; unseal says it holds no pieces', async () => {
    const { dir, home, args } = await setup([]);
    const path = join(home, 'venus-worker.toml');
    write(path, readFileSync(path, 'utf8').replace('disable_cc = true', 'disable_cc = false'));
    const { code, stderr } = await run('sealvisor', [...args, '--sector-size', '2KiB', '--sectors', '1']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/s-t010000-1 ProofSubmitted -> Finished/);
    const sealed = join(home, 'remote', 'sealed', 's-t010000-1');
    const { stderr: told, code: unsealCode } = await run('sealvisor', [
      'unseal',
      sealed,
      '--out',
      join(dir, 'out'),
    ]);
    expect({ told, unsealCode }).toEqual({ told: 'the sector holds no pieces\n', unsealCode: 0 });
  });
});

describe('sealvisor, wrong usage', () => {
  test('a home that cannot be written is one line and exit 1', async () => {
    const { code, stderr } = await run('sealvisor', ['start', '--home', '/proc/version/home']);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: cannot write to \/proc\/version\/home: .*choose another --home \(location_not_writable\)\n$/,
    );
  });

  test.each([
    [['start', '--sectors', '0'], /^error: --sectors 0: write a whole number from 1 up \(usage\)\n$/],
    [['start', '--sector-size', '3KiB'], /^error: --sector-size: .*2KiB, 8MiB.* \(usage\)\n$/],
    [['start', '--miner', 'me'], /^error: --miner me is not an actor id.* \(usage\)\n$/],
    [
      ['start', '--pieces', '/nowhere/at/all'],
      /^error: cannot read the pieces in \/nowhere\/at\/all.* \(usage\)\n$/,
    ],
    [['start', '--epoch', 'soon'], /^error: --epoch: "soon" is not a duration.* \(usage\)\n$/],
  ])('%j is one line and exit 2', async (args, line) => {
    const { home } = await setup([]);
    const { code, stdout, stderr } = await run('sealvisor', [...args, '--home', home]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(line);
  });

  test('unseal of what is no sealed file is one line and exit 1', async () => {
    const { dir } = await setup([]);
    const file = write(join(dir, 'store', 'sealed', 's-t010000-1'), 'no sector');
    const { code, stderr } = await run('sealvisor', ['unseal', file, '--out', join(dir, 'out')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*name a sector that sealvisor has persisted \(not_a_sealed_sector\)\n$/);
  });
});

test('without --pieces, --sectors n ends with n sectors: those of docs/ first, then of pieces that the run makes', async () => {
  const { dir, home, args } = await setup([]);
  write(join(dir, 'docs', 'page.md'), bytes(700, 5));
  const line = [...args.filter((arg, at) => arg !== '--pieces' && args[at - 1] !== '--pieces')];
  const { code, stdout, stderr } = await run(
    'sealvisor',
    [...line, '--sector-size', '2KiB', '--sectors', '3', '--json'],
    { cwd: dir },
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const sealed = (JSON.parse(stdout) as Sealed[]).map(({ sealedFile }) => sealedFile);
  expect(sealed).toHaveLength(3);
  const used =
    / fleet the files of (.*)\/docs are in sectors: .* made in .*; to seal your own, put files into \1\/docs$/gm;
  expect(stderr.match(used)).toHaveLength(1);
  const made = readdirSync(join(home, 'made-pieces')).map((name) =>
    readFileSync(join(home, 'made-pieces', name)),
  );
  expect(sorted(await unsealed(sealed, join(dir, 'out')))).toEqual(sorted([bytes(700, 5), ...made]));
  expect(readdirSync(join(dir, 'docs'))).toEqual(['page.md']);
});
