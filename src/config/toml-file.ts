import { parse, TomlError, type TomlTable } from 'smol-toml';
import { readRegular, readRegularSync } from '../disks/regular-file.js';
import { messageOf, SealvisorError, systemCodeOf } from '../protocol/errors.js';

/** Far above any configuration; an endless file is refused. */
const limits = { mostBytes: 4 * 1024 * 1024 };

/**
 * The text of a TOML file; undefined when there is no such file.
 * @throws config_invalid for what cannot be read, is not a regular file, is too large, or is not UTF-8, with its line
 */
export async function readTomlText(path: string): Promise<string | undefined> {
  try {
    return textOf(await readRegular(path, limits), path);
  } catch (error) {
    return withoutFile(path, error);
  }
}

/**
 * The parsed tables of a TOML file, unchecked; undefined when there is no such file.
 * @throws config_invalid for a file that cannot be read or is not TOML, with its line
 */
export function readTomlIfAny(path: string): TomlTable | undefined {
  let text: string;
  try {
    text = textOf(readRegularSync(path, limits), path);
  } catch (error) {
    return withoutFile(path, error);
  }
  return parseToml(text, path);
}

/** @throws config_missing, config_invalid */
export function readToml(path: string): TomlTable {
  const found = readTomlIfAny(path);
  if (found !== undefined) return found;
  throw missingToml(path);
}

export function missingToml(path: string): SealvisorError {
  const advice = 'name another with -c <file>, or start from fixtures/venus-worker.mock.toml';
  return new SealvisorError('config_missing', `no configuration at ${path}: ${advice}`);
}

/** @throws config_invalid, with the line */
export function parseToml(text: string, path: string): TomlTable {
  try {
    return parse(text);
  } catch (cause) {
    const at = cause instanceof TomlError ? `${path}:${cause.line}:${cause.column}` : path;
    const what = messageOf(cause)
      .split('\n', 1)
      .join('')
      .replace(/^Invalid TOML document: /, '');
    throw new SealvisorError('config_invalid', `${at} is not valid TOML: ${what}`, { cause });
  }
}

/** TOML is UTF-8; a byte in another encoding would silently become a different character. @throws config_invalid */
function textOf(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    const { line, byte } = firstWrongByte(bytes);
    throw new SealvisorError(
      'config_invalid',
      `${path}:${line} is not UTF-8 (it has the byte 0x${byte.toString(16)}): save the file as UTF-8, for example with \`iconv -f latin1 -t utf-8\``,
      { cause },
    );
  }
}

/** Line breaks are the same in all encodings found in such files. */
function firstWrongByte(bytes: Buffer): { readonly line: number; readonly byte: number } {
  let start = 0;
  for (let line = 1; start < bytes.length; line += 1) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    const text = bytes.subarray(start, end);
    // The replacement character marks what could not be decoded.
    const wrong = text.toString().indexOf('\ufffd');
    if (wrong >= 0) {
      const before = Buffer.byteLength(text.toString().slice(0, wrong));
      return { line, byte: text[before] ?? 0 };
    }
    start = end + 1;
  }
  return { line: 1, byte: bytes[0] ?? 0 };
}

function withoutFile(path: string, cause: unknown): undefined {
  if (systemCodeOf(cause) === 'ENOENT') return undefined;
  if (cause instanceof SealvisorError && cause.code === 'config_invalid') throw cause;
  throw new SealvisorError('config_invalid', `cannot read ${path}: ${messageOf(cause)}`, { cause });
}
