/**
 * Reads a worker's configuration, at its start and while it runs: neither its disk nor those it names can block
 * the main thread.
 */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { DiskGate } from '../disks/disk-gate.js';
import { SealvisorError } from '../protocol/errors.js';
import { missingToml, parseToml, readTomlText } from './toml-file.js';
import { configOf, type LoadedConfig } from './worker-config.js';

/** @throws what `loadWorkerConfig` does; config_invalid when the file's disk does not answer in time */
export async function readWorkerConfig(path: string, gate: DiskGate): Promise<LoadedConfig> {
  const text = await gate
    .within(path, () => readTomlText(path))
    .catch((cause: unknown) => {
      if (cause instanceof SealvisorError) throw cause;
      const message = `cannot read ${path}: its disk has not answered in time; try again when it does`;
      throw new SealvisorError('config_invalid', message, { cause });
    });
  if (text === undefined) throw missingToml(path);
  const raw = parseToml(text, path);
  const paths = new Set<string>();
  // The first pass collects the paths that it compares, unresolved.
  configOf(raw, path, (each) => {
    paths.add(each);
    return each;
  });
  const found = new Map<string, string>();
  const look = async (each: string) => {
    // A path whose disk does not answer is compared unresolved.
    const real = await gate.within(each, () => realPathOf(each)).catch(() => each);
    found.set(each, real);
  };
  await Promise.all([...paths].map(look));
  return configOf(raw, path, (each) => found.get(each) ?? each);
}

/** The path without symbolic links, as far as it exists. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    // Not there yet, or not readable: resolve its parent; the root's first use reports any fault.
    const parent = dirname(path);
    return parent === path ? path : join(await realPathOf(parent), basename(path));
  }
}
