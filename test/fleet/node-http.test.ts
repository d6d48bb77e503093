import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

/** What `code` has loaded of node when it is done, asked of a process of its own: this one has loaded most of it. */
function loadedAfter(code: string): readonly string[] {
  const dist = new URL('../../dist/src/', import.meta.url);
  const text = `${code}; process.stdout.write(JSON.stringify(process.moduleLoadList))`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', text.replaceAll('dist:', dist.href)],
    { encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

test('a request loads the client of node:http, and nothing of fetch', () => {
  const loaded = loadedAfter(`
    const { requestJson } = await import('dist:fleet/http-client.js');
    await requestJson({ method: 'GET', url: 'http://127.0.0.1:9', timeoutMs: 5000 }).catch(() => undefined)`);
  expect(loaded).toContain('NativeModule _http_client');
  expect(loaded.filter((name) => name.includes('undici'))).toEqual([]);
});
