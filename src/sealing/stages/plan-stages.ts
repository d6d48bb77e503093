import type { PlanName } from '../../protocol/plan-names.js';
import type { Stage } from '../stage.js';
import { niporepStages } from './niporep.js';
import { rebuildStages } from './rebuild.js';
import { sealerStages } from './sealer.js';
import { snapupStages } from './snapup.js';
import { unsealStages } from './unseal.js';
import { wdpostStages } from './wdpost.js';

/** The stage that leads out of each state, by the plan's name. */
const byPlan: Readonly<Record<PlanName, Readonly<Record<string, Stage>>>> = {
  sealer: sealerStages,
  niporep: niporepStages,
  snapup: snapupStages,
  rebuild: rebuildStages,
  unseal: unsealStages,
  wdpost: wdpostStages,
};

export const planStages: Readonly<Record<string, Readonly<Record<string, Stage>>>> = byPlan;
