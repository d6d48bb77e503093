/** The real proofs: `sealvisor-proofs`, where `npm run proofs:build` has left it. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { project } from '../e2e/setup.js';

export const program = join(
  process.env.CARGO_TARGET_DIR ?? join(project, 'processors/filecoin/target'),
  'release/sealvisor-proofs',
);

const isBuilt = existsSync(program);

/** Tests that need the program: skipped aloud where it is not built, except under CI: there that is a failure. */
export function describeReal(name: string, tests: () => void): void {
  if (!isBuilt && process.env.CI === 'true')
    throw new Error(`${program} is not there: CI builds it with npm run proofs:build, which needs cargo`);
  if (!isBuilt) console.warn(`skipped: "${name}": ${program} is not built (npm run proofs:build)`);
  describe.skipIf(!isBuilt)(name, tests);
}

/** What the program says of a proof (`{ seal }`, `{ update }`, `{ window_post }`): `true`, `false`, or why it cannot. */
export function verified(proof: object, parameters: string): string {
  return run(['verify'], parameters, JSON.stringify(proof));
}

/** Makes those of 2KiB; what is in the directory stays. */
export function makeParameters(kind: 'window-post', parameters: string): void {
  run(['params', kind, '--size', '2KiB'], parameters);
}

function run(args: readonly string[], parameters: string, input = ''): string {
  const env = { ...process.env, FIL_PROOFS_PARAMETER_CACHE: parameters };
  const { stdout, stderr } = spawnSync(program, args, { input, env, encoding: 'utf8' });
  return stdout.trim() || stderr.trim();
}

const text = JSON.stringify;

/** `[[processors.<stage>]]` tables of the program, held at the gates in `dir`; its parameters are in `parameters`. */
export function tablesOf(
  stages: readonly string[],
  { gates, parameters }: { readonly gates: string; readonly parameters: string },
): string {
  const table = (stage: string) => `[[processors.${stage}]]
bin = ${text(program)}
args = ${text([stage, '--hold', gates])}
envs = { FIL_PROOFS_PARAMETER_CACHE = ${text(parameters)} }
stable_wait = "30s"`;
  return stages.map(table).join('\n');
}
