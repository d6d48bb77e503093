import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const docs = resolve('docs');
const links = [...readFileSync(resolve(docs, 'guarantees.md'), 'utf8').matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)];

test('the page has lines', () => {
  expect(links.length).toBeGreaterThan(10);
});

test.each(links.map(([, name = '', path = '']) => [name, path]))('%s stands in %s', (name, path) => {
  const source = readFileSync(resolve(docs, path), 'utf8').replaceAll('\\', '');
  expect(source).toContain(name);
});
