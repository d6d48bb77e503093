import type { AutoShutdown } from './spec.js';

/**
 * Whether a child that ended by itself and is not restarted ends its supervisor (EEP 56).
 * @param othersLive asked only when it matters: does another significant child live, or is it being restarted
 */
export function endsSupervisor(
  autoShutdown: AutoShutdown,
  isSignificant: boolean,
  othersLive: () => boolean,
): boolean {
  switch (autoShutdown) {
    case 'never':
      return false;
    case 'any_significant':
      return isSignificant;
    case 'all_significant':
      return isSignificant && !othersLive();
  }
}
