import type { AutoShutdown } from './spec.js';

/**
 * Whether a child that exited by itself and is not restarted shuts down its supervisor (EEP 56).
 * @param othersLive called only when it matters: whether another significant child is alive or being restarted
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
