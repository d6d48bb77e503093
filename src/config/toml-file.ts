import { readFileSync } from 'node:fs';
import { parse, TomlError, type TomlTable } from 'smol-toml';
import { messageOf, SealvisorError, systemCodeOf } from '../protocol/errors.js';

/**
 * The tables of a TOML file, as they stand, unchecked; undefined when there is no such file.
 * @throws config_invalid for a file that cannot be read or is no TOML, with its line
 */
export function readTomlIfAny(path: string): TomlTable | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (systemCodeOf(cause) === 'ENOENT') return undefined;
    throw new SealvisorError('config_invalid', `cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
  return parseToml(text, path);
}

/** @throws config_missing, config_invalid */
export function readToml(path: string): TomlTable {
  const found = readTomlIfAny(path);
  if (found !== undefined) return found;
  const advice = 'name another with -c <file>, or start from fixtures/venus-worker.mock.toml';
  throw new SealvisorError('config_missing', `no configuration at ${path}: ${advice}`);
}

function parseToml(text: string, path: string): TomlTable {
  try {
    return parse(text);
  } catch (cause) {
    const at = cause instanceof TomlError ? `${path}:${cause.line}:${cause.column}` : path;
    const what = messageOf(cause)
      .split('\n', 1)
      .join('')
      .replace(/^Invalid TOML document: /, '');
    throw new SealvisorError('config_invalid', `${at} is no TOML: ${what}`, { cause });
  }
}
