/** Figures are taken by `npm run bench`. That each part still works is seen here, in its short form. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const here = new URL('./', import.meta.url);
const parts = readdirSync(here)
  .filter((file) => file.endsWith('.js'))
  .filter((file) => readFileSync(new URL(file, here), 'utf8').includes('export async function bench()'))
  .map((file) => file.replace(/\.js$/, ''));

describe('a part of the benchmark', () => {
  test.each(parts)('prints its figures: %s', { timeout: 180_000 }, async (part) => {
    const run = fileURLToPath(new URL('run.js', here));
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [run, part], {
      env: { ...process.env, BENCH_FORM: 'short' },
    });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/\d+\.\d\dx/);
    expect(stdout).not.toMatch(/NaN|Infinity/);
  });
});
