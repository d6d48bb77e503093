/** What the system says of a program that cannot be run is told in words, also where its own words mislead. */
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { startProcess } from '#src/processes/child.js';
import { freshDir } from '../tools/processes/setup.js';

function file(content: string | Buffer, mode = 0o755): string {
  const path = join(freshDir(), 'pc1');
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}
const ready = { line: 'ready', withinMs: 10_000 };
const start = (command: string, more = {}) =>
  startProcess({ name: 'processor pc1', command, ready, ...more });
const otherElf = () => {
  const head = Buffer.alloc(64);
  head.write('\u007fELF\u0002\u0001\u0001', 'latin1');
  head.writeUInt16LE(process.arch === 's390x' ? 62 : 22, 18);
  return file(head);
};

test.each([
  [
    'a script with CR LF',
    () => file('#!/bin/sh\r\necho ready\r\n'),
    /it has a first line that ends in CR LF.*\(ENOENT\)$/,
  ],
  ['no interpreter', () => file('#!/opt/no/python\n'), /it is a script for \/opt\/no\/python .*\(ENOENT\)$/],
  [
    'no permission to run it',
    () => file('#!/bin/sh\n', 0o644),
    /it is not executable: chmod \+x it \(EACCES\)$/,
  ],
  ['a directory', () => freshDir(), /it is a directory: name the program in it \(EACCES\)$/],
  ['nothing', () => join(freshDir(), 'no'), /it does not exist \(ENOENT\)$/],
  ['another machine', otherElf, /was built for \w+, this machine is/],
])('%s', async (_, commandOf, words) => {
  const command = commandOf();
  const failure = await start(command).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'start_failed', message: expect.stringContaining(command) });
  expect(failure).toMatchObject({ message: expect.stringMatching(words) });
});

test('a working directory that does not exist is named, and not the program', async () => {
  const cwd = freshDir();
  rmSync(cwd, { recursive: true });
  await expect(start('/bin/sh', { cwd })).rejects.toMatchObject({
    message: `cannot run /bin/sh: its working directory ${cwd} does not exist (ENOENT)`,
  });
});

test.each([
  [
    'and node knows',
    () => {
      throw Object.assign(new Error('uv_cwd'), { code: 'ENOENT' });
    },
  ],
  ['and node tells what it was', () => '/nowhere/at/all'],
])(
  'a process whose own working directory was removed, %s, starts its children all the same',
  async (_, cwd) => {
    const gone = vi.spyOn(process, 'cwd').mockImplementation(cwd);
    const command = file('#!/bin/sh\necho ready\nexec cat\n');
    const child = await start(command).finally(() => gone.mockRestore());
    expect(existsSync(`/proc/${child.pid}`)).toBe(true);
    child.kill();
    await child.exited;
  },
);
