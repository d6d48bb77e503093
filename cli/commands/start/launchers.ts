/** Scripts in a home that run our commands for its fleet, from any directory. */
import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const bins = ['venus-worker', 'venus-sector-manager', 'sealvisor'] as const;

/** Rewrites the scripts; returns the command to type for a bin. `env` gives defaults for variables that are not set. */
export function launchers(
  home: string,
  env: Readonly<Record<string, string>>,
): (bin: (typeof bins)[number]) => string {
  const built = dirname(resolve(process.argv[1] ?? ''));
  const dir = join(home, 'bin');
  if (!existsSync(dir)) mkdirSync(dir);
  for (const bin of bins) {
    const path = join(dir, bin);
    const lines = [
      '#!/bin/sh',
      '# Written by `sealvisor start`, at each start.',
      ...Object.entries(env).map(([key, value]) => `export ${key}="\${${key}:-${value}}"`),
      `exec ${shellWord(process.execPath)} ${shellWord(join(built, `${bin}.cjs`))} "$@"`,
    ];
    // A running script is read to its end from the old file.
    writeFileSync(`${path}.new`, `${lines.join('\n')}\n`);
    chmodSync(`${path}.new`, 0o755);
    renameSync(`${path}.new`, path);
  }
  return (bin) => shellWord(join(dir, bin));
}

/** A word quoted for a shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
