import type { Deal } from './sector-answers.js';

/** Whether it is a piece of zeros that a manager put among its deals: nobody has its data, and it is not a deal on chain. */
export function isPledge({ ID, AllocationID = 0 }: Pick<Deal, 'ID' | 'AllocationID'>): boolean {
  return ID === 0 && AllocationID === 0;
}
