import { join } from 'node:path';
import { checked } from './checked.js';
import { overrideSealing } from './sealing-settings.js';
import type { ThreadConfig } from './thread-config.js';
import { readTomlIfAny } from './toml-file.js';
import { hotTable } from './worker-schema.js';

/**
 * `base` with what `<location>/config.toml` sets (plan and `sealing.*`; its `location`, if any, has no effect, as in
 * the field); `base` itself when there is no such file.
 * @throws config_invalid
 */
export function loadHotConfig(location: string, base: ThreadConfig): ThreadConfig {
  const path = join(location, 'config.toml');
  const raw = readTomlIfAny(path);
  if (raw === undefined) return base;
  const table = checked(hotTable, raw, path);
  const sealing = Object.freeze(overrideSealing(base.sealing, table.sealing));
  return Object.freeze({ ...base, plan: table.plan ?? base.plan, sealing });
}
