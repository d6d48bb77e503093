import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

/** `npm install` leaves the field out when it writes the lock file: put it back by hand. */
test('npm ci does not run node-gyp: the lock file says of each package with a binding.gyp that it is not built', () => {
  const { packages } = read('package-lock.json');
  expect(packages['node_modules/better-sqlite3'].gypfile).toBe(false);
});

test('what npm may run at an install is listed, and nothing else wants to', () => {
  const { packages } = read('package-lock.json');
  const withScripts = Object.entries<{ hasInstallScript?: boolean; optional?: boolean }>(packages)
    .filter(([, { hasInstallScript, optional }]) => hasInstallScript && !optional)
    .map(([path]) => path.replace(/^.*node_modules\//, ''));
  expect(Object.keys(read('package.json').allowScripts).sort()).toEqual(withScripts.sort());
});
