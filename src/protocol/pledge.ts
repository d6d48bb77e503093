import type { Deal } from './sector-answers.js';

/** Whether it is a piece of zeros that a manager put among its deals: nobody has its data, and it is not a deal on chain. */
export function isPledge({ ID }: Pick<Deal, 'ID'>): boolean {
  return ID === 0;
}
