/** A deterministic mock chain: epochs come from the clock, randomness from name and epoch. No real chain accepts its values. */
import { createHash } from 'node:crypto';
import type { WallClock } from '../protocol/clock.js';
import type { SectorId } from '../protocol/sector.js';

export type MessageKind = 'preCommit' | 'proof';

/** Whether the nth message of a kind for a sector (from 1) fails on chain. */
export type FailsOnChain = (kind: MessageKind, sector: SectorId, nth: number) => boolean;

export interface MockChain {
  epoch(): number;
  /** 32 bytes, base64. */
  randomness(kind: 'ticket' | 'seed' | 'post', miner: number, number: number, epoch: number): string;
  readonly fails: FailsOnChain;
  readonly epochMs: number;
}

/** Epochs a pre-commit takes to land, a seed to be drawn after that, and a proof to land. */
export const landing = { preCommit: 1, seed: 2, proof: 1 } as const;

/**
 * A ticket older than this, in epochs, is drawn again unless a message on chain uses it (a pre-commit, or a
 * non-interactive proof).
 */
export const ticketLasts = 10;

export function mockChain(
  genesisMs: number,
  epochMs: number,
  clock: WallClock,
  fails: FailsOnChain = () => false,
): MockChain {
  return {
    epochMs,
    fails,
    epoch: () => Math.floor((clock.now() - genesisMs) / epochMs),
    randomness: (kind, miner, number, epoch) =>
      createHash('sha256').update(`${kind}/${miner}/${number}/${epoch}`).digest('base64'),
  };
}
