import type { SectorService, Verdict } from '#src/protocol/sealer.js';

/** A manager whose verdict on a state report kills the thread that hears it: what it would write cannot be written. */
export function executioner() {
  const doomed = new Set<string>();
  // No text, as its type says: that is what it dies of.
  const deadly = { finalized: false, abortReason: 1n } as unknown as Verdict;
  return {
    doom: (location: string) => void doomed.add(location),
    service: (real: SectorService): Partial<SectorService> => ({
      reportState: async (id, body) =>
        doomed.delete(body.Worker.Location) ? deadly : real.reportState(id, body),
    }),
  };
}
