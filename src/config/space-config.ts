import { given } from './given.js';
import type { WorkerTable } from './worker-schema.js';

/** What keeps a thread from starting a stage that would fill its disk (`[sealvisor.space]`). */
export interface SpaceConfig {
  /** @default true */
  readonly isEnabled: boolean;
  /** Kept free in addition to what a stage needs, bytes. @default 1 MiB */
  readonly reserveBytes: number;
  /** How often the disks are checked, ms. @default 30000 */
  readonly checkIntervalMs: number;
  /** What a stage writes, in multiples of the sector size, by its name; overrides its plan. @default {} */
  readonly needs: Readonly<Record<string, number>>;
  /** Attached stores are chosen at random, weighted by free space. @default false: the first with room */
  readonly isStoreWeighted: boolean;
}

export function spaceConfig({
  sealvisor = {},
  attached_selection: selection = {},
}: WorkerTable): SpaceConfig {
  const { enable, reserve, check_interval: interval, needs } = sealvisor.space ?? {};
  return {
    isEnabled: enable ?? true,
    reserveBytes: reserve ?? 2 ** 20,
    checkIntervalMs: interval ?? 30_000,
    needs: given({ ...needs }),
    isStoreWeighted: selection.enable_space_weighted ?? false,
  };
}
