/** Why a program cannot be run, in words: the system says `ENOENT` of a file that is there when its interpreter is not. */
import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { messageOf, systemCodeOf } from '../protocol/errors.js';

/** So much of a file says what it is. */
const headBytes = 512;

/**
 * What is wrong with the program at `path`, to stand behind its name; undefined when it can be run as far as this can
 * be told without running it. `searchPath` is where `env` looks for an interpreter.
 */
export function runFault(path: string, searchPath: string = process.env.PATH ?? ''): string | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) return 'does not exist';
    if (found.isDirectory()) return 'is a directory: name the program in it';
    if (!found.isFile()) return 'is not a regular file';
    if (!isExecutable(path)) return 'is not executable: chmod +x it';
    return contentFault(headOf(path), searchPath);
  } catch (thrown) {
    return systemCodeOf(thrown) === 'ENOTDIR'
      ? 'does not exist'
      : `cannot be looked at (${messageOf(thrown)})`;
  }
}

/** The first executable of this name on a search path. */
export function onPath(name: string, searchPath: string = process.env.PATH ?? ''): string | undefined {
  const places = searchPath.split(delimiter).filter((place) => place !== '');
  return places.map((place) => join(place, name)).find(isProgram);
}

function isProgram(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true && isExecutable(path);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A program that may be run but not read is taken as it is. */
function headOf(path: string): Buffer {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return Buffer.from('?');
  }
  try {
    const head = Buffer.alloc(headBytes);
    return head.subarray(0, readSync(file, head, 0, headBytes, 0));
  } finally {
    closeSync(file);
  }
}

function contentFault(head: Buffer, searchPath: string): string | undefined {
  if (head.length === 0) return 'is empty';
  if (head.toString('latin1', 0, 2) === '#!') return scriptFault(head, searchPath);
  return head.toString('latin1', 0, 4) === '\u007fELF' ? elfFault(head) : undefined;
}

function scriptFault(head: Buffer, searchPath: string): string | undefined {
  const [line = ''] = head.toString('utf8', 2).split('\n', 1);
  if (line.endsWith('\r'))
    return "has a first line that ends in CR LF, as on Windows: the CR is taken for a part of the name of its interpreter; save it with LF alone (sed -i 's/\\r$//')";
  const [interpreter = '', name] = line.trim().split(/\s+/);
  const shown = `#!${line.trim()}`;
  if (interpreter === '') return 'has a first line "#!" without an interpreter';
  if (interpreter.startsWith('/') && !isProgram(interpreter))
    return `is a script for ${interpreter} (${shown}), which is not there or not executable: install it, or correct the first line`;
  const isByEnv = /\/env$/.test(interpreter) && name !== undefined && /^[\w.+-]+$/.test(name);
  if (isByEnv && !name.startsWith('-') && onPath(name, searchPath) === undefined)
    return `is a script for ${name} (${shown}), which is not on PATH (${searchPath}): install it, or correct the first line`;
  return undefined;
}

/** ELF's numbers of machines (e_machine), and node's names of them. */
const machines: Readonly<Record<number, string>> = {
  3: 'ia32',
  8: 'mips',
  20: 'ppc',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  62: 'x64',
  183: 'arm64',
  243: 'riscv64',
  258: 'loong64',
};

function elfFault(head: Buffer): string | undefined {
  if (head.length < 20) return 'is cut: its ELF header is not whole';
  const machine = head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18);
  const built = machines[machine] ?? `machine ${machine} of ELF`;
  // 32-bit programs of the same family may run.
  const own = process.arch;
  const isFit = built === own || (own === 'x64' && built === 'ia32') || (own === 'arm64' && built === 'arm');
  return isFit ? undefined : `was built for ${built}, this machine is ${own}: take the build for ${own}`;
}
