import type { Child, ChildSpec, Exit } from './spec.js';

/** Something that runs inside this process and can be stopped: a server, a timer, an open store. */
export interface Service {
  stop(): void | Promise<void>;
}

/** Restart limits for a tree of services: occasional failures are tolerated; a service that keeps failing ends the tree. */
export const serviceLimits = { intensity: 20, periodMs: 60_000, backoff: { minMs: 100, maxMs: 5000 } };

/**
 * A service as a supervised child. `start` makes one incarnation and receives `fail`, which the service calls when it
 * breaks: it is then stopped, and its exit is a crash with that error.
 */
export function serviceChild(
  start: (fail: (error: unknown) => void) => Service | Promise<Service>,
): ChildSpec['start'] {
  return async (): Promise<Child> => {
    const { promise: exited, resolve: tell } = Promise.withResolvers<Exit>();
    let early: { readonly error: unknown } | undefined;
    let broke = (error: unknown) => {
      early = { error };
    };
    const service = await start((error) => broke(error));
    let ending: Promise<void> | undefined;
    const end = (exit: Exit): Promise<void> => {
      ending ??= (async () => {
        try {
          await service.stop();
        } finally {
          tell(exit);
        }
      })();
      return ending;
    };
    // An error thrown while a broken service is stopped is ignored: the original fault is reported.
    broke = (error) => void end({ kind: 'crash', error }).catch(() => undefined);
    if (early) broke(early.error);
    return {
      exited,
      stop: () => end({ kind: 'shutdown' }),
      kill: () => {
        // The result of this stop is not awaited.
        void end({ kind: 'killed' }).catch(() => undefined);
        tell({ kind: 'killed' });
      },
    };
  };
}
