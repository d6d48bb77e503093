/** The product's version, as `--version`, the heartbeat and `WorkerVersion` tell it. */
export const version = '0.1.0';
