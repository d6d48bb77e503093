import { describe, expect, test } from 'vitest';
import { configChanges } from '#src/config/diff.js';
import { knownPaths } from '#src/config/known-keys.js';
import { hotTable, sealingTable, workerTable } from '#src/config/worker-schema.js';
import { reloadedConfig } from '#src/worker/reload.js';
import { effectOf } from '../tools/docs/config-effect.js';
import { hotKeys, type KeyText } from '../tools/docs/config-keys.js';
import { configPage, pathsOf, tables } from '../tools/docs/config-page.js';

const texts = tables.flatMap(({ keys }) => keys);
const byKey = texts.map((text): readonly [string, KeyText] => [text.key, text]);

/** The paths of values: not of the tables and lists of tables around them. */
function values(paths: readonly string[]): readonly string[] {
  const isAround = (path: string) =>
    path === '' || paths.some((other) => other.startsWith(`${path}.`) || other.startsWith(`${path}[]`));
  return paths.filter((path) => !isAround(path));
}

test('docs/config.md is what the schema and the texts make: npm run docs makes it anew', async () => {
  await expect(configPage()).toMatchFileSnapshot('../../docs/config.md');
});

test('every key that a worker accepts has one text, and every text is for such a key', () => {
  expect(texts.flatMap(pathsOf).toSorted()).toEqual([...values(knownPaths(workerTable))].toSorted());
  expect(Object.keys(hotKeys)).toEqual(Object.keys(hotTable.shape));
});

test('a thread can override every key of [sealing]', () => {
  const own = texts.find(({ key }) => key === 'sealing_thread[].sealing.<key>');
  expect(own?.names).toEqual(Object.keys(sealingTable.shape));
});

describe.each(byKey)('%s', (_, text) => {
  const { taken, path, before, after, warnings } = effectOf(text);

  test('has an effect or one warning, not both', () => {
    const about = warnings.filter(
      (line) => line.startsWith(`${path} `) || line.startsWith(`${path.replace(/\.\w+$/, '')} `),
    );
    expect(about).toHaveLength(taken === 'nothing' ? 1 : 0);
  });

  test('is applied by a reload as far as the page says', () => {
    const left = configChanges(reloadedConfig(before, after, 0), after);
    expect(left.filter(({ kind }) => kind !== 'restart')).toEqual([]);
    if (taken === 'restart') expect(left).not.toEqual([]);
  });

  test('has one sentence', () => {
    expect(text.says).toMatch(/^[A-Z].*[^.]\.$/);
    expect(text.says).not.toMatch(/\. [A-Z]/);
  });
});
