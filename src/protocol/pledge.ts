import type { Deal } from './sector-answers.js';

/** Whether a piece is filler of zeros that a manager lists among its deals: it has no data to fetch and is no deal on chain. */
export function isPledge({ ID, AllocationID = 0 }: Pick<Deal, 'ID' | 'AllocationID'>): boolean {
  return ID === 0 && AllocationID === 0;
}
