import type { Child, ChildSpec, Exit } from './spec.js';

/** Something that runs inside this process and can be ended: a server, a timer, an open store. */
export interface Service {
  stop(): void | Promise<void>;
}

/** Restart limits for a tree of services: one may break now and then; one that cannot be kept up ends the tree. */
export const serviceLimits = { intensity: 20, periodMs: 60_000, backoff: { minMs: 100, maxMs: 5000 } };

/**
 * A service as a supervised child. `start` makes one incarnation and is given `fail`, by which the service says that it
 * broke: it is then stopped, and its exit is a crash with that error.
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
    // What a broken service throws while it is stopped is not news beside the fault itself.
    broke = (error) => void end({ kind: 'crash', error }).catch(() => undefined);
    if (early) broke(early.error);
    return {
      exited,
      stop: () => end({ kind: 'shutdown' }),
      kill: () => {
        // Nobody waits for its stop.
        void end({ kind: 'killed' }).catch(() => undefined);
        tell({ kind: 'killed' });
      },
    };
  };
}
