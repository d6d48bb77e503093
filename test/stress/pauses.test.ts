import { expect, test } from 'vitest';
import { noJobs, setup } from '../tools/worker/setup.js';

const isLong = process.env.STRESS_CYCLES !== undefined;

// `npm test` does 2,000 of them (test/worker/thread/pause-anywhere.test.ts).
test.skipIf(!isLong)(
  '10,000 pauses and resumes in a row leave a thread that answers, and a history no longer than it may be',
  {
    timeout: 300_000,
  },
  async () => {
    const { control, until } = await setup({ service: noJobs, config: { historyRows: 1000 } });
    await until(0, (view) => view.mode === 'idle');
    for (let n = 0; n < 5000; n++) {
      expect((await control.pause(0, { id: `p${n}` })).mode).toBe('paused');
      expect((await control.resume(0, { id: `r${n}` })).changed).toBe(true);
    }
    expect(control.thread(0)).toMatchObject({ revision: 10_000, intent: null, incarnation: 1 });
    const rows: unknown[] = JSON.parse(await control.history(0, {}));
    expect(rows.length).toBeLessThan(1100);
  },
);
