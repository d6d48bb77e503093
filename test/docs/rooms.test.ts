import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { linterWith, mainSide, maySee, pageWith, roomOf, rooms } from '../../rooms.js';

const files = globSync(['src/**/*.ts', 'machines/**/*.ts', 'cli/**/*.ts']);
const anyImport = /\b(?:import|export)\s+(type\s)?[^;'"]*?from\s+'([^']+)'|\bimport\(\s*'([^']+)'/g;
const plainPath = (path: string) => path.replace(/(\.d)?\.(ts|js)$/, '');

function importsOf(file: string) {
  return [...readFileSync(file, 'utf8').matchAll(anyImport)].map(([, type, from, asked]) => ({
    isTypeOnly: type !== undefined,
    name: from ?? asked ?? '',
  }));
}

describe('rooms', () => {
  test('the linter and docs/architecture.md are as the table says (npm run docs)', () => {
    const [linter, page] = ['biome.json', 'docs/architecture.md'].map((name) => readFileSync(name, 'utf8'));
    const config = JSON.parse(linter ?? '');
    expect(config).toEqual(linterWith(config));
    expect(page).toBe(pageWith(page ?? ''));
  });

  test('every file is in a room, and sees what its room may see', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file).flatMap(({ name, isTypeOnly }) => {
        if (!name.startsWith('.')) return [];
        const seen = plainPath(normalize(join(dirname(file), name)));
        return maySee(plainPath(file), seen, isTypeOnly) ? [] : [`${file} sees ${seen}`];
      }),
    );
    expect(wrong).toEqual([]);
    expect(files.filter((file) => !roomOf(plainPath(file)) && file !== 'src/version.ts')).toEqual([]);
  });

  test('a sealing thread and the main side never see each other, not even by a type; the border sees neither', () => {
    const thread = 'src/worker/thread';
    const inMainSide = (path: string) => mainSide.includes(roomOf(path)?.room ?? '');
    const wrong = files.flatMap((file) =>
      importsOf(file).flatMap(({ name }) => {
        const seen = plainPath(normalize(join(dirname(file), name)));
        const from = roomOf(plainPath(file))?.room;
        const isMainSide = inMainSide(plainPath(file));
        const isWrong =
          (isMainSide && roomOf(seen)?.room === thread) ||
          (from === thread && inMainSide(seen)) ||
          (from === 'src/worker/border' && (inMainSide(seen) || roomOf(seen)?.room === thread));
        return isWrong ? [`${file} sees ${seen}`] : [];
      }),
    );
    expect(wrong).toEqual([]);
    for (const room of mainSide) {
      expect(maySee(`${room}/file`, `${thread}/file`, true)).toBe(false);
      expect(maySee(`${thread}/file`, `${room}/file`, true)).toBe(false);
    }
  });

  test('a package has its doors alone', () => {
    const doors = new Map<string, string[]>();
    for (const { room, doors: names = [] } of rooms)
      for (const name of names) doors.set(name, [...(doors.get(name) ?? []), room]);
    const wrong = files.flatMap((file) =>
      importsOf(file).flatMap(({ name }) => {
        const found = [...doors].find(([door]) => name === door || name.startsWith(`${door}/`));
        return found && !found[1].includes(roomOf(plainPath(file))?.room ?? '')
          ? [`${file} imports ${name}`]
          : [];
      }),
    );
    expect(wrong).toEqual([]);
  });
});
