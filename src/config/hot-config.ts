import { join } from 'node:path';
import { checked } from './checked.js';
import { checkIntervals } from './interval-floor.js';
import { hotTable } from './sealing-schema.js';
import { overrideSealing } from './sealing-settings.js';
import type { ThreadConfig } from './thread-config.js';
import { parseToml, readTomlText } from './toml-file.js';

export const hotConfigPath = (location: string) => join(location, 'config.toml');

/** The text of `<location>/config.toml`; undefined when there is no such file. @throws config_invalid */
export function hotConfigText(location: string): Promise<string | undefined> {
  return readTomlText(hotConfigPath(location));
}

/**
 * `base`, overridden by the text of its `<location>/config.toml`: plan and `sealing.*`. A `location` in it has no
 * effect, as in upstream: `hotWarnings` reports it. @throws config_invalid
 */
export function parseHotConfig(text: string, base: ThreadConfig, leastMs = 1): ThreadConfig {
  const path = hotConfigPath(base.location);
  const raw = parseToml(text, path);
  const table = checked(hotTable, raw, path);
  checkIntervals(hotTable, raw, path, leastMs);
  const sealing = Object.freeze(overrideSealing(base.sealing, table.sealing));
  return Object.freeze({ ...base, plan: table.plan ?? base.plan, sealing });
}

/** One line for each key without effect in a valid `<location>/config.toml`. */
export function hotWarnings(text: string, { location }: ThreadConfig): readonly string[] {
  const path = hotConfigPath(location);
  if (parseToml(text, path).location === undefined) return [];
  return [`location in ${path} has no effect: a thread keeps the location that the worker's file gives it`];
}

/** Reads and parses `<location>/config.toml`; `base` if there is no such file. @throws config_invalid */
export async function loadHotConfig(location: string, base: ThreadConfig): Promise<ThreadConfig> {
  const text = await hotConfigText(location);
  return text === undefined ? base : parseHotConfig(text, { ...base, location });
}
