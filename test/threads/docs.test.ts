import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const docs = (name: string) => new URL(`../../docs/${name}`, import.meta.url);
const page = readFileSync(docs('threads.md'), 'utf8');
const blocks = (kind: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, code]) => code);

test('the page shows the examples as they are', () => {
  const files = ['kiln-machine.js', 'kiln.js'].map((name) => readFileSync(docs(`examples/${name}`), 'utf8'));
  expect(blocks('js')).toEqual(files);
});

test('the example of a machine in a thread prints what the page says', () => {
  const run = spawnSync(process.execPath, [fileURLToPath(docs('examples/kiln.js'))], { encoding: 'utf8' });
  expect(run.stderr).toBe('');
  expect(run.stdout.replace(/ +$/gm, '')).toBe(blocks('text')[0]);
});
