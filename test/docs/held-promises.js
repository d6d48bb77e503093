/**
 * `node test/docs/held-promises.js <report>`: each promise of docs/guarantees.md must have a test that passed in the run that
 * vitest's JSON report is of, or name the command that runs it (`npm run test:…`).
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const [path = 'test-report.json'] = process.argv.slice(2);
const { testResults } = JSON.parse(readFileSync(path, 'utf8'));
const passed = new Map(
  testResults.map(({ name, assertionResults }) => [
    resolve(name),
    assertionResults.filter(({ status }) => status === 'passed').map(({ fullName }) => fullName),
  ]),
);
const unheld = [];
for (const line of readFileSync('docs/guarantees.md', 'utf8').split('\n'))
  for (const [, name, file] of line.matchAll(/\[([^\]]+)\]\((\.\.\/test\/[^)]+)\)/g)) {
    if (/`npm run test:[\w:]+`/.test(line)) continue;
    const isIt = nameOf(name);
    const names = passed.get(resolve('docs', file)) ?? [];
    if (!names.some((fullName) => isIt.test(fullName))) unheld.push(`${file}: ${name}`);
  }
for (const each of unheld) console.error(`docs/guarantees.md: no test of this name has passed: ${each}`);
process.exitCode = unheld.length === 0 ? 0 : 1;

/** A name as the source has it: `%s`, `%i` and `$key` stand for what a case fills in. */
function nameOf(name) {
  const escaped = name.replaceAll(/[.*+?^{}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(escaped.replaceAll(/%[a-z]|\$\w+/g, '.*'));
}
