import { tell } from './say.js';

/** Waits for SIGINT or SIGTERM, then stops; a second signal stops at once. `ended` ends it from inside. */
export async function untilStopped(
  stop: (graceMs?: number) => Promise<void>,
  ended: Promise<void> = new Promise(() => undefined),
): Promise<void> {
  let signals = 0;
  await new Promise<void>((resolve, reject) => {
    const onSignal = () => {
      signals += 1;
      if (signals === 1) {
        tell('stopping at a safe point (once more: at once)');
        stop().then(resolve, reject);
      } else process.exit(130);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    ended.then(() => stop()).then(resolve, reject);
  });
  tell('stopped; the same line goes on where this ended');
}
