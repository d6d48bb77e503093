/**
 * A sealing thread starts with its code compiled already: V8's own form of it (vm.Script, cachedData) lies beside the script.
 * It is of one Node only; any other compiles the script, as it does where the file is missing, damaged or refused.
 */
import { createHash, hash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The script by a name of its own content: a thread never gets one build's script with another build's compiled form. */
export function namedByContent({ outputFiles }) {
  const [map, script] = outputFiles.toSorted((a, b) => b.path.length - a.path.length);
  const hash = createHash('sha256').update(script.contents).digest('hex').slice(0, 16);
  const path = script.path.replace(/\.cjs$/, `-${hash}.cjs`);
  // For a script of `vm` an import of its own is experimental: its entry imports for it.
  const text = Buffer.from(script.contents)
    .toString()
    .replaceAll(/\bimport\(/g, 'importModule(')
    .replace(/(?<=sourceMappingURL=)\S+/, `${basename(path)}.map`);
  return {
    path,
    files: [
      { path: `${path}.map`, contents: map.contents },
      { path, contents: Buffer.from(text) },
    ],
  };
}

export const compiledPath = (path) => path.replace(/\.cjs$/, `-${process.version}-${process.arch}.cache`);

/** Before the code stands its SHA-256: V8 takes damaged code as it is, and a wrong bit in it ends the whole process. */
export function withDigest(code) {
  return Buffer.concat([hash('sha256', code, 'buffer'), code]);
}

/** The thread's entry: runs the script, compiled already where that was made by this very Node. Its lines are ASCII. */
export function entryOf(path) {
  const name = basename(path, '.cjs');
  return `'use strict';
const { hash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');
const path = require('node:path').join(__dirname, '${name}');
let cachedData;
try {
  const kept = readFileSync(path + '-' + process.version + '-' + process.arch + '.cache');
  const code = kept.subarray(32);
  if (hash('sha256', code, 'buffer').equals(kept.subarray(0, 32))) cachedData = code;
} catch {
  // Built by another Node, or not to be read: it is compiled now.
}
const filename = path + '.cjs';
const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData });
script.runInThisContext()(require, (name) => import(name), module, exports);
`;
}

/** Starts one idle thread, and gives what its code was compiled to until it was up. */
export async function compiledOf(path) {
  const home = mkdtempSync(join(tmpdir(), 'sealvisor-build-'));
  try {
    const thread = await startedThread(home, keepingEntry(path, home));
    const pause = { type: 'THREAD.PAUSE', how: 'after-stage', by: 'build', reason: null };
    await thread.call('obey', [pause, {}], 10_000);
    thread.link.post('keep');
    await thread.call('stop', [], 10_000);
    thread.terminate();
    await thread.exited;
    return withDigest(readFileSync(join(home, 'compiled')));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** An entry in another place that runs the same script, and keeps what it is compiled to when it is told to. */
function keepingEntry(path, home) {
  const entry = join(home, 'entry.cjs');
  const compiled = JSON.stringify(join(home, 'compiled'));
  const text = entryOf(path)
    .replace('__dirname', JSON.stringify(dirname(path)))
    .replace('()(require,', `()(require('node:module').createRequire(${JSON.stringify(path)}),`);
  const keep = `require('node:worker_threads').parentPort.on('message', ({ event }) => {
  if (event === 'keep') require('node:fs').writeFileSync(${compiled}, script.createCachedData());
});
`;
  writeFileSync(entry, text + keep);
  return pathToFileURL(entry);
}

async function startedThread(home, entry) {
  const built = (name) => import(pathToFileURL(resolve(`dist/src/${name}.js`)).href);
  const { startThread } = await built('threads/remote');
  const { openDisks } = await built('worker/roots/open');
  const { setupOfThread } = await built('worker/roster/setup-of');
  const { resourceLimits } = await built('worker/roster/slot');
  const { loadWorkerConfig } = await built('config/worker-config');
  const file = join(home, 'worker.toml');
  const [location, attached] = ['store', 'attached'].map((name) => JSON.stringify(join(home, name)));
  writeFileSync(
    file,
    `[sector_manager]
rpc_client.addr = "/ip4/127.0.0.1/tcp/9"
[[sealing_thread]]
location = ${location}
[[attached]]
location = ${attached}
`,
  );
  const { config } = loadWorkerConfig(file);
  const disks = await openDisks({ config: () => config, warn: console.error });
  disks.store.close();
  const [configured] = config.threads;
  const data = setupOfThread(configured, {
    config,
    owner: disks.ownerOf(configured.location),
    settings: disks.hot.settingsOf(configured),
    workerName: 'build',
    processChildren: [],
  });
  const services = async () => null;
  const options = { incarnation: 1, name: 'thread #0', services, onEvent: () => undefined, resourceLimits };
  return startThread({ entry, data, ...options });
}
