/** docs/reference: every export of the packages has a part there, and its example prints what the page says. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as machines from '#machines/index.js';
import * as actors from '#src/actors/index.js';
import * as processes from '#src/processes/index.js';
import * as threads from '#src/threads/index.js';

const packages = [
  { name: 'actors', exports: actors, types: 'dist/src/actors/index.d.ts' },
  { name: 'threads', exports: threads, types: 'dist/src/threads/index.d.ts' },
  { name: 'processes', exports: processes, types: 'dist/src/processes/index.d.ts' },
  { name: 'machines', exports: machines, types: 'dist/machines/index.d.ts' },
];

interface Example {
  readonly files: ReadonlyMap<string, string>;
  readonly main: string;
}

/** The examples of a part: each is the files before it (`// name.js` in their first line) and a block without a name. */
function examplesOf(part: string): readonly Example[] {
  const examples: Example[] = [];
  let files = new Map<string, string>();
  for (const [, code = ''] of part.matchAll(/^```js\n([\s\S]*?)^```/gm)) {
    const [, file] = /^\/\/ ([\w-]+\.js)\n/.exec(code) ?? [];
    if (file !== undefined) {
      files.set(file, code);
      continue;
    }
    examples.push({ files, main: code });
    files = new Map();
  }
  return examples;
}

/** What the page says that an example prints. */
const expectedOf = (code: string) =>
  [...code.matchAll(/^\s*console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text);

/** A directory in which `sealvisor` is installed, and what its users install beside it. */
function project(): string {
  const dir = mkdtempSync(join(tmpdir(), 'sealvisor-example-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  mkdirSync(join(dir, 'node_modules'));
  symlinkSync(resolve('.'), join(dir, 'node_modules/sealvisor'));
  symlinkSync(resolve('node_modules/xstate'), join(dir, 'node_modules/xstate'));
  writeFileSync(join(dir, 'package.json'), '{ "type": "module" }');
  return dir;
}

describe.each(packages)('the reference of sealvisor/$name', ({ name, exports, types }) => {
  const page = readFileSync(`docs/reference/${name}.md`, 'utf8');
  const parts = new Map(
    page
      .split(/^## /m)
      .slice(1)
      .map((part): [string, string] => [part.split('\n', 1)[0] ?? '', part]),
  );

  test('has a part for each export, and for nothing else; the plans share one', () => {
    const own = Object.entries(exports).filter(([, value]) => !Object.values(machines.plans).includes(value));
    expect([...parts.keys()].toSorted()).toEqual(own.map(([key]) => key).toSorted());
  });

  test('names each exported type in code', () => {
    const code = [...page.matchAll(/`([^`\n]+)`/g)].map(([, text]) => text).join(' ');
    expect(typesIn(types).filter((type) => !new RegExp(`\\b${type}\\b`).test(code))).toEqual([]);
  });

  test.each([...parts])('%s has an example that prints what the page says', (_, part) => {
    const examples = examplesOf(part);
    expect(examples).not.toEqual([]);
    for (const { files, main } of examples) {
      const dir = project();
      for (const [file, code] of files) writeFileSync(join(dir, file), code);
      writeFileSync(join(dir, 'main.js'), main);
      const run = spawnSync(process.execPath, ['main.js'], { cwd: dir, encoding: 'utf8' });
      expect(run.stderr).toBe('');
      expect(run.stdout.trim().split('\n')).toEqual(expectedOf(main));
      expect(run.status).toBe(0);
    }
  });
});

/** The names in `export { type A }` and `export type { B, C }`. */
function typesIn(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  const single = [...text.matchAll(/\btype (\w+)/g)].map(([, name = '']) => name);
  const many = [...text.matchAll(/export type \{([^}]*)\}/g)].flatMap(([, names = '']) => names.split(','));
  return [...single, ...many.map((name) => name.trim())].filter((name) => name !== '');
}
