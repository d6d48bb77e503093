/** What a program sees that installs the package: from the packed file, beside the dependencies of this project. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';

const home = mkdtempSync(join(tmpdir(), 'consumer-'));
const installed = join(home, 'node_modules', 'sealvisor');

beforeAll(() => {
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', home]);
  mkdirSync(installed, { recursive: true });
  const packed = readdirSync(home).find((name) => name.endsWith('.tgz')) ?? '';
  execFileSync('tar', ['xzf', join(home, packed), '-C', installed, '--strip-components=1']);
  // All that the package depends on, but what only the daemons need.
  for (const name of ['comlink', 'xstate', '@types'])
    symlinkSync(resolve('node_modules', name), join(home, 'node_modules', name));
  writeFileSync(join(home, 'package.json'), '{"type":"module"}');
});

const doors = ['actors', 'threads', 'processes'];

function run(file: string, text: string): string {
  writeFileSync(join(home, file), text);
  const { stdout, stderr } = spawnSync(process.execPath, [file], { cwd: home, encoding: 'utf8' });
  return `${stdout}${stderr}`;
}

test.each(doors)('sealvisor/%s is imported, and required, without a database beside it', (door) => {
  expect(
    run('esm.js', `import * as all from 'sealvisor/${door}'; console.log(Object.keys(all).length > 0);`),
  ).toBe('true\n');
  expect(run('cjs.cjs', `console.log(Object.keys(require('sealvisor/${door}')).length > 0);`)).toBe('true\n');
});

test('its package.json can be read', () => {
  expect(run('meta.cjs', `console.log(require('sealvisor/package.json').name);`)).toBe('sealvisor\n');
});

test('tsc accepts imports and requires, as nodenext resolves them', { timeout: 60_000 }, () => {
  const names = doors
    .map((door, at) => `import * as all${at} from 'sealvisor/${door}';\nall${at};`)
    .join('\n');
  for (const file of ['types.mts', 'types.cts']) writeFileSync(join(home, file), names);
  const options = [
    '--noEmit',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--types',
    'node',
    '--skipLibCheck',
  ];
  const { stdout } = spawnSync(resolve('node_modules/.bin/tsc'), [...options, 'types.mts', 'types.cts'], {
    cwd: home,
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
});

test('a bundle of it runs, with a thread of its own module', () => {
  writeFileSync(
    join(home, 'thread.js'),
    `import { threadHost } from 'sealvisor/threads/host'; threadHost().ready({ add: (a, b) => a + b });`,
  );
  writeFileSync(
    join(home, 'main.js'),
    `import { threadChild } from 'sealvisor/threads';
const child = await threadChild({ name: 'one', entry: new URL('./thread.js', import.meta.url) })();
console.log(await child.call('add', [1, 2], 5000));
await child.stop();`,
  );
  const options = ['--bundle', '--platform=node', '--format=esm', '--outdir=bundled'];
  execFileSync(
    resolve('node_modules/.bin/esbuild'),
    ['main.js', 'thread.js', ...options, '--log-level=error'],
    { cwd: home },
  );
  expect(run('started.js', `import './bundled/main.js';`)).toBe('3\n');
});

test('its source maps have their sources, and nothing of the build is in it', () => {
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
  const maps = files.filter((name) => /\.(js|cjs)\.map$/.test(name));
  expect(maps.length).toBeGreaterThan(100);
  const bare = maps.filter((name) => {
    const { sources, sourcesContent } = JSON.parse(readFileSync(join(installed, name), 'utf8'));
    return sourcesContent?.length !== sources.length;
  });
  expect(bare).toEqual([]);
  expect(files.filter((name) => name.endsWith('.tsbuildinfo'))).toEqual([]);
});
