export const entry = new URL('../../dist/src/worker/thread-main.js', import.meta.url);

/** What an idle sealing thread is started with. */
export function idleSetup(location) {
  return {
    index: 0,
    location,
    settings: {
      plan: 'sealer',
      retry: {},
      allowedMiners: null,
      allowedSizes: null,
      enableDeals: false,
      disableCc: true,
      maxDeals: null,
      minDealSpace: null,
      maxRetries: 5,
      sealIntervalMs: 30_000,
      recoverIntervalMs: 60_000,
      rpcPollingIntervalMs: 180_000,
    },
    stores: [],
    localPiecesDirs: [],
    faults: [],
    leastMs: {},
    processChildren: [],
    historyRows: 10_000,
    workerName: 'bench',
  };
}
