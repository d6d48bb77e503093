/** The setup of a local fleet, prepared before anything runs. */
import { join, resolve } from 'node:path';
import { systemClock } from '../../../src/actors/index.js';
import { readWorkerConfig } from '../../../src/config/read-worker-config.js';
import type { WorkerConfig } from '../../../src/config/worker-config.js';
import { diskGate } from '../../../src/disks/disk-gate.js';
import { SealvisorError } from '../../../src/protocol/errors.js';
import type { LogOptions } from '../../log/log-options.js';
import { chainOptions } from '../manager/daemon.js';
import { defaultHome, writeConfig } from './home.js';
import { firstPieces, type MadePieces, madePieces, madePiecesIn } from './pieces.js';
import { isByPrograms, notReal, proofsProgram, proofsTables } from './real-proofs.js';

export interface StartOptions extends LogOptions {
  /** `dev`: our own processors; `real`: Filecoin's own proofs. */
  readonly proofs: 'dev' | 'real';
  /** @default .sealvisor, for real proofs .sealvisor/real */
  readonly home?: string;
  /** @default docs, and after them pieces that the run makes */
  readonly pieces?: string;
  /** @default 8MiB, for real proofs 2KiB */
  readonly sectorSize?: string;
  readonly useSyntheticPorep?: boolean;
  readonly sectors?: string;
  readonly miner: string;
  readonly epoch: string;
  readonly json?: boolean;
}

export interface StartSetup {
  /** Number of sectors after which the run ends; Infinity = it keeps running. */
  readonly limit: number;
  readonly home: string;
  readonly chain: ReturnType<typeof chainOptions>;
  readonly miner: string;
  readonly sectorSize: string;
  readonly config: WorkerConfig;
  /** Warnings about keys of the configuration without effect. */
  readonly warnings: readonly string[];
  /** The program of real proofs, if they were requested. */
  readonly program: string | undefined;
  /** Whether sectors are sealed by programs, no matter how they were configured. */
  readonly isReal: boolean;
  /** The directory with the files to seal, as given. */
  readonly pieces: string;
  /** Directory of further pieces. */
  readonly morePieces: string | undefined;
  readonly pieceRoots: readonly string[];
  /** Pieces that the run makes itself; undefined if it may not. */
  readonly made: MadePieces | undefined;
  /** Whether no sector is sealed without pieces. */
  readonly onlyWithDeals: boolean;
}

/** @throws usage, proofs_not_built, config_invalid */
export async function setupOf(options: StartOptions): Promise<StartSetup> {
  const limit = sectorLimit(options.sectors);
  const { program, sectorSize, chain, home, configPath } = placeOf(options);
  const { config, warnings } = await readWorkerConfig(configPath, diskGate(systemClock));
  const isReal = isByPrograms(config);
  if (program !== undefined && !isReal) throw notReal(configPath);
  const hasFirst = program !== undefined && options.pieces === undefined;
  if (hasFirst) firstPieces(home);
  const made = options.pieces === undefined && Number.isFinite(limit) ? madePieces(home) : undefined;
  return {
    ...{ limit, home, chain, miner: options.miner, sectorSize, config, warnings, program, isReal, made },
    pieces: options.pieces ?? 'docs',
    morePieces: made?.directory ?? (hasFirst ? madePiecesIn(home) : undefined),
    pieceRoots: [join(home, 'upgrades'), madePiecesIn(home)],
    onlyWithDeals: config.threads.every((thread) => thread.sealing.disableCc),
  };
}

function sectorLimit(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new SealvisorError('usage', `--sectors ${text}: write a whole number from 1 up`);
}

/** The fleet's home and configuration, and for real proofs their program. @throws proofs_not_built */
function placeOf(options: StartOptions) {
  const isReal = options.proofs === 'real';
  const sectorSize = options.sectorSize ?? (isReal ? '2KiB' : '8MiB');
  const chain = chainOptions({ ...options, sectorSize });
  const program = isReal ? proofsProgram() : undefined;
  const home = resolve(options.home ?? defaultHome(isReal));
  const configPath = writeConfig(home, program === undefined ? '' : proofsTables(program));
  return { program, sectorSize, chain, home, configPath };
}
