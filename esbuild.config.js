/** What starts often is one file each: a bin or a thread that loads fifty small modules takes twice as long to come up. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { compiledOf, compiledPath, entryOf, namedByContent } from './thread-code.js';

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

/** Commander needs it for commands that are programs of their own. There are none, and its load is a tenth of a start. */
const withoutPrograms = {
  name: 'without-programs',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /node_modules.commander/.test(importer) ? { path: 'none', namespace: 'without-programs' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'without-programs' }, () => ({ contents: 'export default {}' }));
  },
};

const common = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  keepNames: true,
  sourcemap: true,
  write: false,
};
const made = new Set();

for (const bin of ['sealvisor', 'venus-worker', 'venus-sector-manager']) {
  const bundle = await build({
    ...common,
    entryPoints: [`cli/${bin}.ts`],
    outfile: `dist/cli/${bin}.main.cjs`,
    // CommonJS starts 9 ms sooner.
    format: 'cjs',
    minifyWhitespace: true,
    minifySyntax: true,
    // Names stay without it where identifiers are not minified, and each one kept costs at every start.
    keepNames: false,
    plugins: [loadedWhenAsked, withoutPrograms],
  });
  place(bundle, 0o644);
  place({ outputFiles: [{ path: resolve(`dist/cli/${bin}.cjs`), contents: Buffer.from(door(bin)) }] }, 0o755);
}

/** A sealing thread's own file, as a script (`thread-code.js` runs it): what it was compiled to can be kept beside it. */
const thread = await build({
  ...common,
  entryPoints: ['src/worker/thread/entry.ts'],
  outfile: 'dist/src/worker/thread/body.cjs',
  format: 'cjs',
  keepNames: false,
  minifyWhitespace: true,
  minifySyntax: true,
  external: ['better-sqlite3', 'fr32-sha2-256-trunc254-padded-binary-tree-multihash'],
  banner: { js: `(function (require, importModule, module, exports) {` },
  footer: { js: '})' },
});
const body = namedByContent(thread);
for (const file of body.files) place({ outputFiles: [file] }, 0o644);
const threadDir = dirname(body.path);

/** What every thread loads, in one file with Comlink; the errors stay apart, so that their class is the same everywhere. */
const host = await build({
  ...common,
  entryPoints: ['src/threads/host.ts'],
  outfile: 'dist/src/threads/host.js',
  format: 'esm',
  external: ['../protocol/errors.js'],
});
place(host, 0o644);
await keepCompiled();
const entry = { path: join(threadDir, 'entry.cjs'), contents: Buffer.from(entryOf(body.path)) };
place({ outputFiles: [entry] }, 0o644);
// Of earlier builds.
rmSync('dist/chunks', { recursive: true, force: true });
for (const name of readdirSync(threadDir))
  if (name.startsWith('body') && !made.has(join(threadDir, name))) rmSync(join(threadDir, name));

/** Without it threads start as well, only later. */
async function keepCompiled() {
  const path = compiledPath(body.path);
  made.add(path);
  if (existsSync(path)) return;
  try {
    place({ outputFiles: [{ path, contents: await compiledOf(body.path) }] }, 0o644);
  } catch (error) {
    console.error('the code of sealing threads is not compiled ahead:', error);
  }
}

/** Daemons may run from these files while they are built again (`npx` does so): each is replaced whole, and only by another. */
function place({ outputFiles }, mode) {
  for (const { path, contents } of outputFiles) {
    made.add(path);
    if (existsSync(path) && readFileSync(path).equals(contents)) continue;
    mkdirSync(dirname(path), { recursive: true });
    rmSync(`${path}.new`, { force: true });
    writeFileSync(`${path}.new`, contents, { mode });
    renameSync(`${path}.new`, path);
  }
}

/**
 * The file that is run: any Node can read it. It looks at the version before anything newer is read, and takes SIGUSR1, which
 * would open the inspector to everyone on this machine.
 */
function door(bin) {
  return `#!/usr/bin/env node
var version = process.versions.node.split('.').map(Number);
if (version[0] < 22 || (version[0] === 22 && version[1] < 14)) {
  process.stderr.write('error: ${bin} needs Node 22.14 or later; this is ' + process.versions.node + '; in a clone, npm run and npx use the one that it brings\\n');
  process.exit(1);
}
process.on('SIGUSR1', function () {});
require('./${bin}.main.cjs');
`;
}
