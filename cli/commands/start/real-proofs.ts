/** Filecoin's own proofs in a local fleet: their program, and its tables in the worker's configuration. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { WorkerConfig } from '../../../src/config/worker-config.js';
import { SealvisorError } from '../../../src/protocol/errors.js';
import { builtinStages } from '../../../src/protocol/stages.js';
import { shellWord } from './launchers.js';

/** All stages but add_pieces, which the worker runs because it downloads pieces, and transfer, which proves nothing. */
export const provingStages = builtinStages.filter((stage) => stage !== 'add_pieces' && stage !== 'transfer');

/** The directory of the proofs' parameters. */
const parametersDir = () => process.env.FIL_PROOFS_PARAMETER_CACHE ?? '/var/tmp/filecoin-proof-parameters';

/** The built program. @throws proofs_not_built */
export function proofsProgram(): string {
  const project = resolve(dirname(process.argv[1] ?? ''), '../..');
  const target = process.env.CARGO_TARGET_DIR ?? join(project, 'processors/filecoin/target');
  const program = resolve(target, 'release/sealvisor-proofs');
  if (existsSync(program)) return program;
  throw new SealvisorError(
    'proofs_not_built',
    `${program} is not built: run npm run proofs:build in ${project} (it needs cargo, see https://rustup.rs, and takes some minutes), then start again; without Rust, leave --proofs real out`,
  );
}

/** The program's `[[processors.<stage>]]` tables for a worker's configuration. */
export function proofsTables(program: string): string {
  return provingStages
    .map((stage) => `[[processors.${stage}]]\nbin = ${JSON.stringify(program)}\nargs = ["${stage}"]\n`)
    .join('\n');
}

/** Whether all proving stages are run by programs, as real proofs require. */
export function isByPrograms({ processors }: WorkerConfig): boolean {
  return provingStages.every((stage) =>
    processors.some((each) => each.stage === stage && each.bin !== undefined),
  );
}

/** The error for a home whose existing configuration does not use real proofs. */
export function notReal(configPath: string): SealvisorError {
  return new SealvisorError(
    'config_invalid',
    `${configPath} is kept from an earlier start, and does not have its stages done by real proofs: choose another --home`,
  );
}

/** What a fleet prints at its start about its processors. */
export function processorsText(isReal: boolean, program: string | undefined, sectorSize: string): string {
  if (!isReal)
    return 'sealing with the built-in dev processors: real work on real bytes, no proof any chain would take';
  if (program === undefined) return 'sealing with the programs that the configuration of this home names';
  return `sealing with Filecoin's own proofs, on a mock chain: ${program}
C2 reads its parameters in ${parametersDir()}; without them each sector is paused at C1Done. To make them (of 2KiB: some 25 minutes of CPU, 5 GB of memory, a file of 1.1 GB):
  ${shellWord(program)} params porep --size ${sectorSize}`;
}
