/** How a file of methods adds its own to the `Venus.` namespace. */
import type { SectorId } from '../protocol/sector.js';

/** Adds a method: its parameters' names in their positions, and what it answers. */
export type OnMethod = (
  method: string,
  names: readonly string[],
  call: (...params: unknown[]) => unknown,
) => void;

/** Of a sector that was given out, named by the first parameter: answered to who has it alone. */
export type OnSector = (
  method: string,
  names: readonly string[],
  call: (id: SectorId, ...params: unknown[]) => unknown,
) => void;
