/** What starts often is one file each: a bin or a thread that loads fifty small modules takes twice as long to come up. */
import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';

/** What a bin imports by `import()`, the daemons above all, is no part of its file: it is loaded as tsc made it. */
const loadedWhenAsked = {
  name: 'loaded-when-asked',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.{1,2}\// }, ({ kind, path, resolveDir }) =>
      kind === 'dynamic-import'
        ? { external: true, path: `./${relative('cli', join(relative('.', resolveDir), path))}` }
        : undefined,
    ),
};

const common = { bundle: true, platform: 'node', target: 'node20', keepNames: true };

for (const bin of ['sealvisor', 'venus-worker', 'venus-sector-manager']) {
  await build({
    ...common,
    entryPoints: [`cli/${bin}.ts`],
    outfile: `dist/cli/${bin}.cjs`,
    // CommonJS starts 9 ms sooner.
    format: 'cjs',
    plugins: [loadedWhenAsked],
  });
}

rmSync('dist/chunks', { recursive: true, force: true });
await build({
  ...common,
  entryPoints: ['src/worker/thread-main.ts'],
  outdir: 'dist',
  outbase: '.',
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  // The processors stay apart and are loaded with the first heavy stage.
  splitting: true,
  external: ['bindings', 'fr32-sha2-256-trunc254-padded-binary-tree-multihash'],
  // better-sqlite3 is CommonJS and asks for node's own modules by `require`.
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module';\nconst require = makeRequire(import.meta.url);",
  },
});
