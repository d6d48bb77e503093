import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { executable, onPath } from '#src/processes/executable.js';
import { freshDir } from './setup.js';

function program(dir: string, name = 'pc2', mode = 0o755): string {
  const path = join(dir, name);
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, mode);
  return path;
}
const refused = (bin: string, searchPath?: string) => {
  try {
    executable(bin, 'processors.pc2[0].bin', searchPath);
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

describe('a program is found', () => {
  test('by its path, whole or from the working directory, also through a link', () => {
    const dir = freshDir();
    const path = program(dir);
    symlinkSync(path, join(dir, 'link'));
    expect(executable(path, 'key')).toBe(path);
    expect(executable(`./${relative(process.cwd(), path)}`, 'key')).toBe(path);
    expect(executable(join(dir, 'link'), 'key')).toBe(join(dir, 'link'));
  });

  test('by its name on PATH: the first that can be executed', () => {
    const [empty, locked, right, late] = [freshDir(), freshDir(), freshDir(), freshDir()];
    mkdirSync(join(empty, 'pc2'));
    program(locked, 'pc2', 0o644);
    const path = program(right);
    program(late);
    expect(executable('pc2', 'key', [empty, locked, right, late].join(':'))).toBe(path);
    expect(onPath('pc2', `${empty}::${locked}`)).toBeUndefined();
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
    ['a device', () => '/dev/null', 'is no file'],
  ])('%s', (_, binOf, why) => {
    const bin = binOf(freshDir());
    expect(refused(bin)).toMatchObject({
      code: 'config_invalid',
      message: `processors.pc2[0].bin = "${bin}": ${bin} ${why}`,
    });
  });

  test('a name that PATH does not have', () => {
    expect(refused('no-such-pc2', '/nowhere:/bin')).toMatchObject({
      code: 'config_invalid',
      message:
        'processors.pc2[0].bin = "no-such-pc2": no executable of this name is on PATH (/nowhere:/bin): write its path',
    });
  });
});
