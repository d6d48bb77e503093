/** Which children to restart, as OTP decides it. */
import type { Exit, RestartType, Strategy } from './spec.js';

/** Whether a child is started again after this exit, which was not requested. */
export function mustRestart(restart: RestartType, exit: Exit): boolean {
  switch (restart) {
    case 'permanent':
      return true;
    case 'transient':
      return exit.kind === 'crash' || exit.kind === 'killed';
    case 'temporary':
      return false;
  }
}

/** The children that restart together with `failed`, itself included, in start order. */
export function toRestart<T>(strategy: Strategy, order: readonly T[], failed: T): readonly T[] {
  switch (strategy) {
    case 'one_for_one':
    case 'simple_one_for_one':
      return [failed];
    case 'rest_for_one':
      return order.slice(order.indexOf(failed));
    case 'one_for_all':
      return order;
  }
}

/** Whether a restart stops and starts siblings too. */
export function restartsGroups(strategy: Strategy): boolean {
  return strategy === 'one_for_all' || strategy === 'rest_for_one';
}
