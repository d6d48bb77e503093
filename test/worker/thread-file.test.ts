/** What a sealing thread loads: it starts often, and must start fast. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** The packages whose text is in a bundle; esbuild names the file above each module. */
function packagesIn(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)\//gm)].map(([, name = '']) => name);
}

test('a thread has the machines in its file, and neither the schema of the configuration nor a server', () => {
  const chunks = readdirSync('dist/chunks').filter((name) => name.endsWith('.js'));
  const files = ['dist/src/worker/thread-main.js', ...chunks.map((name) => `dist/chunks/${name}`)];
  const packages = new Set(files.flatMap(packagesIn));
  expect(packages).toContain('xstate');
  for (const name of ['zod', 'smol-toml', 'fastest-levenshtein', 'commander', 'hono']) {
    expect(packages).not.toContain(name);
  }
});
