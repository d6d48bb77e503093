import { endNow } from '../../src/processes/end-now.js';
import { SealvisorError } from '../../src/protocol/errors.js';
import { type Emit, lineOf } from '../../src/protocol/events/table.js';
import { tell } from './say.js';

const brokeText = 'a part that all else depends on kept failing: fix what is logged above, then start again';
const never = new Promise<never>(() => undefined);

/**
 * Waits for SIGINT or SIGTERM, then stops; a second signal stops at once. `done` ends it without a signal.
 * @throws internal when `broke` resolves: the running part has ended by itself
 */
export async function untilStopped(
  stop: (graceMs?: number) => Promise<void>,
  {
    done = never,
    broke = never,
    emit = (event) => tell(lineOf(event).message),
  }: {
    readonly done?: Promise<void>;
    readonly broke?: Promise<void>;
    /** Gets its events. @default writes them to stderr */
    readonly emit?: Emit;
  } = {},
): Promise<void> {
  let signals = 0;
  let isAsked = false;
  const end = () => {
    isAsked = true;
    return stop();
  };
  await new Promise<void>((resolve, reject) => {
    const onSignal = () => {
      signals += 1;
      if (signals === 1) {
        emit({ event: 'daemon.stopping' });
        end().then(resolve, reject);
      } else endNow(130);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    done.then(end).then(resolve, reject);
    void broke.then(() => {
      // After a stop request the end is expected.
      if (!isAsked) reject(new SealvisorError('internal', brokeText));
    });
  });
  emit({ event: 'daemon.stopped' });
}
