/** A manager and a worker whose heavy stages are real proofs of 2KiB; C2's answer is made up unless its own is asked for. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { commP, pieceCid } from '#src/sealing/builtin/index.js';
import type { PreCommit } from '../../../src/protocol/sealer.js';
import { startWorld, type World, type WorldOptions } from '../crash/world.js';
import { bytes, freshDir, write } from '../e2e/setup.js';
import { chunksOf, makeWork, ticket } from '../sealing/chain.js';
import { pledge, provenDirectly, sealedDirectly } from './direct.js';
import { tablesOf } from './program.js';

const anyProof = fileURLToPath(new URL('./any-proof.mjs', import.meta.url));
/** What a stage of sealing is, by its processor's name. */
export const sealingStages = ['add_pieces', 'tree_d', 'pc1', 'pc2', 'c1'];

export interface RealWorldOptions {
  /** @default three that fill a sector each */
  readonly pieces?: readonly Buffer[];
  /** Stages that the real proofs do. @default add_pieces to c1 */
  readonly stages?: readonly string[];
  readonly more?: string;
  /** Where its pieces are by their CIDs. @default a directory of its own */
  readonly local?: string;
  readonly threads?: number;
  /** @default false */
  readonly useSyntheticPoRep?: boolean;
  /** @default 'sealer' */
  readonly plan?: string;
}

export async function realWorld(options: RealWorldOptions = {}): Promise<World> {
  return startWorld(await realOptions(options));
}

/** The stages that need parameters, unless the real proofs do them. */
const madeUp = ['c2', 'snap_prove'];

export async function realOptions(options: RealWorldOptions = {}): Promise<WorldOptions> {
  const { pieces = [1, 2, 3].map((seed) => bytes(2000, seed)), stages = sealingStages } = options;
  const { local = freshDir(), threads = 1, useSyntheticPoRep = false } = options;
  for (const piece of pieces) await keptByCid(local, piece);
  const tables = madeUp
    .filter((stage) => !stages.includes(stage))
    .map((stage) => {
      const [bin, args] = [process.execPath, [anyProof, stage]].map((value) => JSON.stringify(value));
      return `[[processors.${stage}]]\nbin = ${bin}\nargs = ${args}\nstable_wait = "30s"`;
    });
  return {
    pieces,
    threads,
    useSyntheticPoRep,
    ...(options.plan ? { plan: options.plan, hasDeals: false } : {}),
    worker: () => `local_pieces_dirs = [${JSON.stringify(local)}]`,
    more: (dir) =>
      [
        tablesOf(stages, { gates: join(dir, 'gates'), parameters: join(dir, 'parameters') }),
        ...tables,
        options.more ?? '',
      ].join('\n'),
  };
}

/** Puts the piece into a directory under its CID: the real add_pieces takes local ones. Gives its commitment. */
export async function keptByCid(dir: string, piece: Buffer): Promise<readonly number[]> {
  const { commitment } = await commP(chunksOf(piece), makeWork());
  write(join(dir, pieceCid(commitment)), piece);
  return commitment;
}

/** What was submitted of a sector, each message once. */
export function preCommitsOf({ wire }: World, number: number): readonly PreCommit[] {
  const sent = wire.said
    .filter(
      ({ method, params }) =>
        method === 'SubmitPreCommit' && JSON.stringify(params[0]).includes(`"Number":${number}}`),
    )
    .map(({ params }) => JSON.stringify(params[1]));
  return [...new Set(sent)].map((text) => JSON.parse(text) as PreCommit);
}

/** How often a disturbed run was compared with the undisturbed one, or was refused. */
export const compared = { commRs: 0, replicas: 0, refused: 0, tickets: 0 };

/** The ticket that was given last. */
export function ticketOf({ wire }: World): readonly number[] {
  const last = wire.said.findLast(({ method }) => method === 'AssignTicket');
  if (!last) throw new Error('no ticket was asked for');
  return [...Buffer.from((last.result as { readonly Ticket: string }).Ticket, 'base64')];
}

/** How many different tickets were given. */
export function ticketsOf({ wire }: World): number {
  const given = wire.said.filter(({ method }) => method === 'AssignTicket');
  return new Set(given.map(({ result }) => JSON.stringify(result))).size;
}

/** A sector with one piece that fills it, undisturbed; its files are in `dir`. */
export async function anew(
  dir: string,
  sector: { readonly number: number; readonly ticket: readonly number[]; readonly piece: Buffer },
) {
  const { number, ticket, piece } = sector;
  const local = write(join(dir, 'piece'), piece);
  const pieces = [{ piece_file: { local }, payload_size: piece.length, piece_size: 2032 }];
  return sealedDirectly(dir, { number, ticket, pieces });
}

/** All that was ever submitted of the sector is what an undisturbed run of the same piece and ticket gives. */
export async function expectUndisturbedCommR(world: World, number: number, piece: Buffer): Promise<void> {
  const sent = preCommitsOf(world, number);
  expect(sent.length).toBeGreaterThan(0);
  for (const { CommR, Ticket } of sent) {
    const ticket = [...Buffer.from(Ticket.Ticket, 'base64')];
    const { pc2 } = await anew(freshDir(), { number, ticket, piece });
    expect(CommR).toEqual(pc2.comm_r);
    compared.commRs += 1;
  }
}

/** How many steps the proofs log at each stage of sealing, undisturbed. */
export function stepsOf(): Promise<Readonly<Record<string, number>>> {
  return inDirectory(async (dir) => {
    await provenDirectly(dir, { number: 1, ticket, pieces: [pledge] }, dir);
    return stepsIn(dir, sealingStages);
  });
}

/** What the stages that were held in `dir` have left there. */
export function stepsIn(dir: string, stages: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    stages.map((stage) => [stage, Number(readFileSync(join(dir, `${stage}.steps`), 'utf8'))]),
  );
}

/** In a directory that is gone behind it, outside of a test, too. */
export async function inDirectory<T>(act: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'sealvisor-proofs-'));
  try {
    return await act(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}
