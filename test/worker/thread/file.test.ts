/** What a sealing thread loads: it starts often, and must start fast. */
import { build } from 'esbuild';
import { expect, test } from 'vitest';

test('a thread loads the machines, and neither the schema of the configuration nor a server', async () => {
  const { metafile } = await build({
    entryPoints: ['src/worker/thread/main.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['better-sqlite3'],
    outdir: 'nowhere',
    write: false,
    metafile: true,
  });
  const packages = Object.keys(metafile.inputs).map(
    (path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1],
  );
  expect(packages).toContain('xstate');
  for (const name of ['zod', 'smol-toml', 'commander', 'hono']) expect(packages).not.toContain(name);
});
