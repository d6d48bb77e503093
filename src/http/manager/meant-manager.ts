/** A manager refuses calls that were meant for another one, which may have had its address before. */
import { SealvisorError } from '../../protocol/errors.js';
import type { Caller } from '../../protocol/identity.js';

/** @throws other_manager if the caller expects another manager */
export function checkMeant({ expects }: Caller, identity: string): void {
  if (expects === null || expects === identity) return;
  throw new SealvisorError(
    'other_manager',
    `this is manager ${identity}, and manager ${expects} is meant: start that one on its home, or have the worker take this one (\`venus-worker worker adopt\`)`,
    { data: { manager: identity } },
  );
}
