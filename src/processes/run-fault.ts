/** Explains why a program cannot be run: the system reports `ENOENT` for an existing file when its interpreter is missing. */
import { constants } from 'node:fs';
import { access, type FileHandle, open, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { systemClock } from '../actors/index.js';
import { diskGate } from '../disks/disk-gate.js';
import { inTime } from '../disks/in-time.js';
import { isMissing } from '../disks/stat-if-any.js';
import { messageOf } from '../protocol/errors.js';

/** How much of a file is read to identify it, bytes. */
const headBytes = 512;

const gate = diskGate(systemClock);

/** Calls the disk of a program, or of its working directory. @throws disk_hung, and what `look` throws */
export const lookAt = <T>(path: string, look: () => Promise<T>): Promise<T> => inTime(gate, path, look);

/**
 * What is wrong with the program at `path`, as text to follow its name; undefined when nothing is found without running
 * it. `searchPath` is where `env` searches for an interpreter. @throws disk_hung
 */
export function runFault(path: string, searchPath?: string): Promise<string | undefined> {
  return lookAt(path, () => faultOf(path, searchPath ?? process.env.PATH ?? ''));
}

async function faultOf(path: string, searchPath: string): Promise<string | undefined> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return 'is a directory: name the program in it';
    if (!found.isFile()) return 'is not a regular file';
    if (!(await isExecutable(path))) return 'is not executable: chmod +x it';
    return await contentFault(await headOf(path), searchPath);
  } catch (thrown) {
    return isMissing(thrown) ? 'does not exist' : `cannot be looked at (${messageOf(thrown)})`;
  }
}

/** The first executable of this name on a search path; a directory whose disk does not answer is skipped. */
export async function onPath(
  name: string,
  searchPath: string = process.env.PATH ?? '',
): Promise<string | undefined> {
  for (const place of searchPath.split(delimiter).filter((each) => each !== '')) {
    const path = join(place, name);
    if (await lookAt(place, () => isProgram(path)).catch(() => false)) return path;
  }
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true && (await isExecutable(path));
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** A program that may be executed but not read is accepted unchecked. */
async function headOf(path: string): Promise<Buffer> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return Buffer.from('?');
  }
  try {
    const head = Buffer.alloc(headBytes);
    return head.subarray(0, (await file.read(head, 0, headBytes, 0)).bytesRead);
  } finally {
    await file.close();
  }
}

async function contentFault(head: Buffer, searchPath: string): Promise<string | undefined> {
  if (head.length === 0) return 'is empty';
  if (head.toString('latin1', 0, 2) === '#!') return scriptFault(head, searchPath);
  return head.toString('latin1', 0, 4) === '\u007fELF' ? elfFault(head) : undefined;
}

async function scriptFault(head: Buffer, searchPath: string): Promise<string | undefined> {
  const [line = ''] = head.toString('utf8', 2).split('\n', 1);
  if (line.endsWith('\r'))
    return "has a first line that ends in CR LF, as on Windows: the CR is taken for a part of the name of its interpreter; save it with LF alone (sed -i 's/\\r$//')";
  const [interpreter = '', name] = line.trim().split(/\s+/);
  const shown = `#!${line.trim()}`;
  if (interpreter === '') return 'has a first line "#!" without an interpreter';
  if (interpreter.startsWith('/') && !(await isProgram(interpreter)))
    return `is a script for ${interpreter} (${shown}), which is not there or not executable: install it, or correct the first line`;
  const isByEnv = /\/env$/.test(interpreter) && name !== undefined && /^[\w.+-]+$/.test(name);
  if (isByEnv && !name.startsWith('-') && (await onPath(name, searchPath)) === undefined)
    return `is a script for ${name} (${shown}), which is not on PATH (${searchPath}): install it, or correct the first line`;
  return undefined;
}

/** ELF machine numbers (e_machine) and Node's names for them. */
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
