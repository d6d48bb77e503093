import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { executable } from '#src/processes/executable.js';
import { onPath } from '#src/processes/run-fault.js';
import { freshDir } from '../tools/processes/setup.js';

function program(dir: string, name = 'pc2', mode = 0o755): string {
  const path = join(dir, name);
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, mode);
  return path;
}
/** The head of a program for a machine, by ELF's number of it. */
function elf(machine: number): Buffer {
  const head = Buffer.alloc(64);
  head.write('\u007fELF\u0002\u0001\u0001', 'latin1');
  head.writeUInt16LE(machine, 18);
  return head;
}
function text(dir: string, content: string | Buffer): string {
  const path = join(dir, 'pc2');
  writeFileSync(path, content);
  chmodSync(path, 0o755);
  return path;
}
const refused = async (bin: string, searchPath?: string) => {
  try {
    await executable(bin, 'processors.pc2[0].bin', searchPath);
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

describe('a program is found', () => {
  test('by its path, whole or from the working directory, also through a link', async () => {
    const dir = freshDir();
    const path = program(dir);
    symlinkSync(path, join(dir, 'link'));
    expect(await executable(path, 'key')).toBe(path);
    expect(await executable(`./${relative(process.cwd(), path)}`, 'key')).toBe(path);
    expect(await executable(join(dir, 'link'), 'key')).toBe(join(dir, 'link'));
  });

  test('by its name on PATH: the first that can be executed', async () => {
    const [empty, locked, right, late] = [freshDir(), freshDir(), freshDir(), freshDir()];
    mkdirSync(join(empty, 'pc2'));
    program(locked, 'pc2', 0o644);
    const path = program(right);
    program(late);
    expect(await executable('pc2', 'key', [empty, locked, right, late].join(':'))).toBe(path);
    expect(await onPath('pc2', `${empty}::${locked}`)).toBeUndefined();
  });
});

describe('a program that cannot be run is refused, and the words name key and file', () => {
  test.each([
    ['one that is not there', (dir: string) => join(dir, 'no', 'such'), 'does not exist'],
    ['a directory', (dir: string) => dir, 'is a directory: name the program in it'],
    [
      'one that is not executable',
      (dir: string) => program(dir, 'plain', 0o644),
      'is not executable: chmod +x it',
    ],
    ['a device', () => '/dev/null', 'is not a regular file'],
    ['a path behind a file', () => '/dev/null/pc2', 'does not exist'],
    ['an empty file', (dir: string) => text(dir, ''), 'is empty'],
    [
      'a script with the line ends of Windows',
      (dir: string) => text(dir, '#!/bin/sh\r\necho\r\n'),
      "has a first line that ends in CR LF, as on Windows: the CR is taken for a part of the name of its interpreter; save it with LF alone (sed -i 's/\\r$//')",
    ],
    [
      'a script whose interpreter is not there',
      (dir: string) => text(dir, '#! /opt/no/python -u\n'),
      'is a script for /opt/no/python (#!/opt/no/python -u), which is not there or not executable: install it, or correct the first line',
    ],
    [
      'a script whose interpreter PATH does not have',
      (dir: string) => text(dir, '#!/usr/bin/env no-such-python\n'),
      `is a script for no-such-python (#!/usr/bin/env no-such-python), which is not on PATH (${process.env.PATH}): install it, or correct the first line`,
    ],
    [
      'a script for nothing',
      (dir: string) => text(dir, '#!\n'),
      'has a first line "#!" without an interpreter',
    ],
    [
      'a program for another machine',
      (dir: string) => text(dir, elf(process.arch === 's390x' ? 62 : 22)),
      `was built for ${process.arch === 's390x' ? 'x64' : 's390x'}, this machine is ${process.arch}: take the build for ${process.arch}`,
    ],
    [
      'a program that is cut',
      (dir: string) => text(dir, '\u007fELF\u0002'),
      'is cut: its ELF header is not whole',
    ],
  ])('%s', async (_, binOf, why) => {
    const bin = binOf(freshDir());
    expect(await refused(bin)).toMatchObject({
      code: 'config_invalid',
      message: `processors.pc2[0].bin = "${bin}": ${bin} ${why}`,
    });
  });

  test('a name that PATH does not have', async () => {
    expect(await refused('no-such-pc2', '/nowhere:/bin')).toMatchObject({
      code: 'config_invalid',
      message:
        'processors.pc2[0].bin = "no-such-pc2": no executable of this name is on PATH (/nowhere:/bin): write its path',
    });
  });
});
