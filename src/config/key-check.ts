import { distance } from 'fastest-levenshtein';
import { SealvisorError } from '../protocol/errors.js';
import { knownKeys, usedKeys } from './field-keys.js';

/** Looks at every key of a TOML document: one warning for each known but unused. @throws config_invalid for an unknown one */
export function checkKeys(document: unknown, file: string): readonly string[] {
  const warnings: string[] = [];
  const walk = (value: unknown, shown: string, path: string) => {
    if (Array.isArray(value)) {
      for (const [at, item] of value.entries())
        if (typeof item === 'object') walk(item, `${shown}[${at}]`, path);
      return;
    }
    if (typeof value !== 'object' || value === null || value instanceof Date) return;
    for (const [key, child] of Object.entries(value)) {
      const childShown = shown === '' ? key : `${shown}.${key}`;
      const childPath = path === '' ? key : `${path}.${key}`;
      const rule = knownKeys.has(childPath) ? childPath : `${path}.*`;
      if (!knownKeys.has(rule)) throw unknownKey(childShown, childPath, file);
      const isLeaf = typeof child !== 'object' || child instanceof Date || isPlainList(child);
      if (isLeaf && !usedKeys.has(rule)) warnings.push(`${childShown} is known but not used yet`);
      walk(child, childShown, rule);
    }
  };
  walk(document, '', '');
  return warnings;
}

function isPlainList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item !== 'object');
}

function unknownKey(shown: string, path: string, file: string): SealvisorError {
  const [nearest] = [...knownKeys]
    .filter((key) => !key.endsWith('*'))
    .toSorted((a, b) => distance(a, path) - distance(b, path));
  return new SealvisorError('config_invalid', `unknown key ${shown} in ${file}: did you mean ${nearest}?`);
}
