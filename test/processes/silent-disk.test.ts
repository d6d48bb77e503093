/** A program, an interpreter or a working directory on a disk that does not answer holds up nobody but who asks for it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { executable } from '#src/processes/executable.js';
import { endOf, spawned } from '#src/processes/group.js';
import { canBeSilent, silentDisk } from '../tools/e2e/silent-disk.js';
import { freshDir } from '../tools/processes/setup.js';

/** What `act` rejects with, and the longest that this loop was held up meanwhile, ms. */
async function heldUp(act: () => Promise<unknown>) {
  let last = performance.now();
  let longest = 0;
  const turn = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 20);
  const result = await act().then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  clearInterval(turn);
  return { ...result, longest };
}

describe.runIf(canBeSilent)('a program whose disk does not answer', () => {
  test('is refused with disk_hung by key and file, at once when it is asked for again', async () => {
    const { at } = silentDisk(freshDir(), 'hung');
    const find = () => executable(join(at, 'pc1'), 'processors.pc1[0].bin');
    const first = await heldUp(find);
    expect(first).toMatchObject({
      error: {
        code: 'disk_hung',
        message: expect.stringMatching(/^processors\.pc1\[0\]\.bin = .*hung\/pc1 has not answered in time/),
      },
    });
    expect(first.longest).toBeLessThan(1000);
    const from = performance.now();
    await expect(find()).rejects.toMatchObject({ code: 'disk_hung' });
    expect(performance.now() - from).toBeLessThan(500);
  });

  test('is not started, and the loop turns on', async () => {
    const { at } = silentDisk(freshDir(), 'hung');
    const { longest, ...result } = await heldUp(() => spawned({ command: join(at, 'pc1') }));
    expect(result).toMatchObject({ error: { code: 'disk_hung', message: expect.stringContaining(at) } });
    expect(longest).toBeLessThan(1000);
  });

  test('is not started where it is the interpreter of a script', async () => {
    const dir = freshDir();
    const { at } = silentDisk(dir, 'hung');
    const script = join(dir, 'pc1');
    writeFileSync(script, `#!${at}/python\n`, { mode: 0o755 });
    const { longest, ...result } = await heldUp(() => spawned({ command: script }));
    expect(result).toMatchObject({ error: { code: 'disk_hung' } });
    expect(longest).toBeLessThan(1000);
  });

  test('is passed over on PATH', async () => {
    const dir = freshDir();
    const { at } = silentDisk(dir, 'hung');
    mkdirSync(join(dir, 'bin'));
    const path = join(dir, 'bin', 'pc1');
    writeFileSync(path, '#!/bin/sh\n', { mode: 0o755 });
    expect(await executable('pc1', 'key', `${at}:${join(dir, 'bin')}`)).toBe(path);
  });
});

test.runIf(canBeSilent)('a working directory whose disk does not answer is not a child’s', async () => {
  const { at } = silentDisk(freshDir(), 'hung');
  vi.spyOn(process, 'cwd').mockReturnValue(at);
  const { value, longest } = (await heldUp(() => spawned({ command: '/bin/pwd' }))) as {
    readonly value: Awaited<ReturnType<typeof spawned>>;
    readonly longest: number;
  };
  vi.restoreAllMocks();
  let printed = '';
  value.stdout.on('data', (bytes: Buffer) => {
    printed += String(bytes);
  });
  await endOf(value);
  expect(printed).toBe('/\n');
  expect(longest).toBeLessThan(1000);
});
