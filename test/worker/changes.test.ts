import { expect, test } from 'vitest';
import { Changes } from '#src/worker/changes.js';

test('all changes of one turn are published once, behind it', async () => {
  const changes = new Changes();
  const published: string[] = [];
  changes.publishedBy(() => published.push('view'));
  changes.tell();
  changes.tell();
  expect(published).toEqual([]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(published).toEqual(['view']);
});
