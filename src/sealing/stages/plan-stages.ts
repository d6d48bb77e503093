import type { Stage } from '../stage.js';
import { sealerStages } from './sealer.js';

/** The stage that leads out of each state, by the plan's name. */
export const planStages: Readonly<Record<string, Readonly<Record<string, Stage>>>> = {
  sealer: sealerStages,
};
