import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorCodes } from '#src/protocol/errors.js';

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');

test('docs/errors.md lists exactly the codes, in their order, with HTTP status and exit code', () => {
  const listed = [...page.matchAll(/^\| *([a-z_]+) *\| *(\d+) *\| *(\d+) *\|$/gm)].map(
    ([, code, http, exit]) => ({ code, http: Number(http), exit: Number(exit) }),
  );
  expect(listed).toEqual(Object.entries(errorCodes).map(([code, { http, exit }]) => ({ code, http, exit })));
});

test('every code has an HTTP status of an error, an exit code and a JSON-RPC code', () => {
  for (const { http, exit, rpc } of Object.values(errorCodes)) {
    expect(http).toBeGreaterThanOrEqual(400);
    expect([1, 2, 4]).toContain(exit);
    expect(rpc).toBeLessThanOrEqual(-32000);
    expect(rpc).toBeGreaterThanOrEqual(-32700);
  }
});
