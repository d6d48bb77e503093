import { describe, expect, test } from 'vitest';
import { retryPolicy } from '#machines/retry.js';
import { configChanges } from '#src/config/diff.js';
import * as field from '#src/config/field-types.js';
import { knownPaths } from '#src/config/known-keys.js';
import { workerTable } from '#src/config/worker-schema.js';
import { reloadedConfig } from '#src/worker/reload.js';
import { effectOf } from '../tools/docs/config-effect.js';
import { configPage, parts } from '../tools/docs/config-page.js';
import { type KeyRow, partsOf } from '../tools/docs/config-rows.js';

const byKey = parts.flatMap(({ rows }) => rows.map((row): readonly [string, KeyRow] => [row.key, row]));
const names = [...new Set(byKey.flatMap(([, row]) => row.names)), '-'];

/** The paths of values: not of the tables and lists of tables around them. */
function values(paths: readonly string[]): readonly string[] {
  const isAround = (path: string) =>
    path === '' || paths.some((other) => other.startsWith(`${path}.`) || other.startsWith(`${path}[]`));
  return paths.filter((path) => !isAround(path));
}

test('docs/config.md is what the schema and the texts make: npm run docs makes it anew', async () => {
  await expect(configPage()).toMatchFileSnapshot('../../docs/config.md');
});

test('a key of the schema without facts is refused', () => {
  expect(() => partsOf(field.table({ some: field.table({ key: field.flag.optional() }) }))).toThrow(
    'some.key has no facts',
  );
});

test('the page has a row for each key that a worker accepts', () => {
  const rows = new Set(byKey.map(([key]) => key.replace(/\.<(name|key)>$/, '')));
  const isListed = (path: string) =>
    [path, path.replace(/\.\w+$/, ''), ...names.map((name) => path.replace(`.${name}`, '.<stage>'))].some(
      (each) => rows.has(each),
    );
  expect(values(knownPaths(workerTable)).filter((path) => !isListed(path))).toEqual([]);
});

test('without a setting of its own a stage is retried as the page says', () => {
  const policy = retryPolicy({ maxRetries: 0, recoverIntervalMs: 0, retry: {} }, 'pc1');
  const defaults = new Map(byKey.map(([key, { otherwise }]) => [key, otherwise]));
  expect(defaults.get('sealvisor.retry.<stage>.factor')).toBe(String(policy.factor));
  expect(defaults.get('sealvisor.retry.<stage>.jitter')).toBe(String(policy.jitter));
});

describe.each(byKey)('%s', (_, row) => {
  const { applied, path, before, after, warnings } = effectOf(row);

  test('has an effect or one warning, not both', () => {
    const about = warnings.filter(
      (line) => line.startsWith(`${path} `) || line.startsWith(`${path.replace(/\.\w+$/, '')} `),
    );
    expect(about).toHaveLength(applied === 'never' ? 1 : 0);
  });

  test('is applied when the page says', () => {
    expect(applied).toBe(row.applied);
  });

  test('is applied by a reload as far as the page says', () => {
    const left = configChanges(reloadedConfig(before, after, 0), after);
    expect(left.filter(({ kind }) => kind !== 'restart')).toEqual([]);
    if (applied === 'restart') expect(left).not.toEqual([]);
  });

  test('has one sentence', () => {
    expect(row.says).toMatch(/^[A-Z].*[^.]\.$/);
    expect(row.says).not.toMatch(/\. [A-Z]/);
  });
});
