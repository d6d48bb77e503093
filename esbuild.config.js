/** What starts often is one file each: a bin or a thread that loads fifty small modules takes twice as long to come up. */
import { rmSync } from 'node:fs';
import { build } from 'esbuild';

const entries = ['cli/sealvisor', 'cli/venus-worker', 'cli/venus-sector-manager', 'src/worker/thread-main'];

rmSync('dist/chunks', { recursive: true, force: true });
for (const entry of entries) {
  await build({
    entryPoints: [`${entry}.ts`],
    outdir: 'dist',
    outbase: '.',
    chunkNames: `chunks/${entry.split('/').at(-1)}-[hash]`,
    bundle: true,
    // What is imported by `import()` stays apart and is loaded when it is needed.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    keepNames: true,
    external: ['bindings', 'fr32-sha2-256-trunc254-padded-binary-tree-multihash'],
    // Commander is CommonJS and asks for node's own modules by `require`.
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module';\nconst require = makeRequire(import.meta.url);",
    },
  });
}
