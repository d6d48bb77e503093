/** A thread's view, and the callers that wait for a certain view. */
import { systemClock } from '../../actors/index.js';
import type { ThreadView } from '../../protocol/thread.js';

export interface ShownView {
  view(): ThreadView;
  /** The last view, without the overlay. */
  last(): ThreadView;
  show(view: ThreadView): void;
  /** The overlay has changed. */
  refresh(): void;
  /** Resolves with the first view for which `holds` is true, or with the current one after `ms` or when the signal aborts. */
  until(holds: (view: ThreadView) => boolean, ms: number, signal?: AbortSignal): Promise<ThreadView>;
}

/** Views arrive by more than one path: an older view does not replace a newer one. */
function isOlder(view: ThreadView, shown: ThreadView): boolean {
  if (view.incarnation !== shown.incarnation) return view.incarnation < shown.incarnation;
  return view.revision < shown.revision;
}

export function shownView(
  first: ThreadView,
  overlay: (view: ThreadView) => ThreadView,
  onView: (view: ThreadView) => void,
): ShownView {
  let shown = first;
  const waiting = new Set<() => void>();
  const told = () => {
    onView(overlay(shown));
    for (const look of waiting) look();
  };
  return {
    view: () => overlay(shown),
    last: () => shown,
    show: (view) => {
      if (isOlder(view, shown)) return;
      shown = view;
      told();
    },
    refresh: told,
    until: (holds, ms, signal) =>
      new Promise((resolve) => {
        const settle = () => {
          waiting.delete(look);
          systemClock.clearTimeout(timer);
          signal?.removeEventListener('abort', settle);
          resolve(overlay(shown));
        };
        const look = () => {
          if (holds(overlay(shown))) settle();
        };
        const timer = systemClock.setTimeout(settle, ms);
        waiting.add(look);
        signal?.addEventListener('abort', settle);
        if (signal?.aborted) settle();
        else look();
      }),
  };
}
