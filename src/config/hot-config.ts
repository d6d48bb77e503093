import { join } from 'node:path';
import { checked } from './checked.js';
import { overrideSealing } from './sealing-settings.js';
import type { ThreadConfig } from './thread-config.js';
import { parseToml, readTomlText } from './toml-file.js';
import { hotTable } from './worker-schema.js';

export const hotConfigPath = (location: string) => join(location, 'config.toml');

/** The text of `<location>/config.toml`; undefined when there is no such file. @throws config_invalid */
export function hotConfigText(location: string): Promise<string | undefined> {
  return readTomlText(hotConfigPath(location));
}

/**
 * `base` with what the text of its `<location>/config.toml` sets (plan and `sealing.*`; its `location`, if any, has no
 * effect, as upstream). @throws config_invalid
 */
export function parseHotConfig(text: string, base: ThreadConfig): ThreadConfig {
  const path = hotConfigPath(base.location);
  const table = checked(hotTable, parseToml(text, path), path);
  const sealing = Object.freeze(overrideSealing(base.sealing, table.sealing));
  return Object.freeze({ ...base, plan: table.plan ?? base.plan, sealing });
}

/** Both in one. @throws config_invalid */
export async function loadHotConfig(location: string, base: ThreadConfig): Promise<ThreadConfig> {
  const text = await hotConfigText(location);
  return text === undefined ? base : parseHotConfig(text, { ...base, location });
}
