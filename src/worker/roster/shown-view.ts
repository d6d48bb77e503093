/** What a thread shows, and those who wait until it shows something. */
import { systemClock } from '../../actors/index.js';
import type { ThreadView } from '../../protocol/thread.js';

export interface ShownView {
  view(): ThreadView;
  /** What was shown last, with nothing laid over it. */
  last(): ThreadView;
  show(view: ThreadView): void;
  /** What is laid over the view has changed. */
  refresh(): void;
  /** The first view that `holds`, now or later; the present one when the time is over or the signal is given. */
  until(holds: (view: ThreadView) => boolean, ms: number, signal?: AbortSignal): Promise<ThreadView>;
}

/** Views come on more than one way: what was said before what is shown does not replace it. */
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
