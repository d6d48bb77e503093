/** What starts often is one file each: a bin or a thread that loads fifty small modules takes twice as long to come up. */
import { rmSync } from 'node:fs';
import { build } from 'esbuild';

const common = { bundle: true, platform: 'node', target: 'node20', keepNames: true };

for (const bin of ['sealvisor', 'venus-worker', 'venus-sector-manager']) {
  await build({
    ...common,
    entryPoints: [`cli/${bin}.ts`],
    outfile: `dist/cli/${bin}.cjs`,
    // CommonJS starts 9 ms sooner. The daemons are no part of the file: they are loaded when they are asked for.
    format: 'cjs',
    external: [
      './commands/worker-daemon.js',
      './commands/manager-daemon.js',
      './commands/start.js',
      './commands/unseal.js',
    ],
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
