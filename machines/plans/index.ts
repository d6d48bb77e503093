/** All plans, without the charts that are made from them. */
import type { PlanName } from '../../src/protocol/plan-names.js';
import type { Plan } from '../plan.js';
import { niporep } from './niporep.js';
import { rebuild } from './rebuild.js';
import { sealer } from './sealer.js';
import { snapup } from './snapup.js';
import { unseal } from './unseal.js';
import { wdpost } from './wdpost.js';

export const plans: Readonly<Record<PlanName, Plan>> = { sealer, niporep, snapup, rebuild, unseal, wdpost };

/** The plan of that name, which may come from a file, a record or another program; undefined when not found. */
export function planNamed(name: string): Plan | undefined {
  return Object.values(plans).find((plan) => plan.name === name);
}
