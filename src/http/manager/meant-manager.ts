/** A manager does what was meant for it: another one's address may be its own by now. */
import { SealvisorError } from '../../protocol/errors.js';
import type { Caller } from '../../protocol/identity.js';

/** @throws other_manager: nothing is done for who means another one */
export function checkMeant({ expects }: Caller, identity: string): void {
  if (expects === null || expects === identity) return;
  throw new SealvisorError(
    'other_manager',
    `this is manager ${identity}, and manager ${expects} is meant: start that one on its home, or have the worker take this one (\`venus-worker worker adopt\`)`,
    { data: { manager: identity } },
  );
}
