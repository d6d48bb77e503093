/** A mock chain, deterministic: epochs by the clock, randomness by name and epoch. No chain would take what it says. */
import { createHash } from 'node:crypto';
import type { WallClock } from '../protocol/clock.js';

export interface MockChain {
  epoch(): number;
  /** 32 bytes, base64. */
  randomness(kind: 'ticket' | 'seed', miner: number, number: number, epoch: number): string;
  readonly epochMs: number;
}

/** Epochs a pre-commit takes to land, a seed to be drawn after that, and a proof to land. */
export const landing = { preCommit: 1, seed: 2, proof: 1 } as const;

export function mockChain(genesisMs: number, epochMs: number, clock: WallClock): MockChain {
  return {
    epochMs,
    epoch: () => Math.floor((clock.now() - genesisMs) / epochMs),
    randomness: (kind, miner, number, epoch) =>
      createHash('sha256').update(`${kind}/${miner}/${number}/${epoch}`).digest('base64'),
  };
}
