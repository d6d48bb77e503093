/** A report that the manager refuses: the thread works on, and shows it. */
import { expect, test } from 'vitest';
import { SealvisorError } from '#src/protocol/errors.js';
import { whyNotWorking } from '#src/protocol/text/why.js';
import { setup } from '../../tools/worker/setup.js';

test('is sent once, logged once, shown with the thread, and gone with the next that is accepted', async () => {
  const sent: string[] = [];
  const { worker, until, warnings } = await setup({
    service: (real) => ({
      reportState: async (id, report) => {
        const state = report.StateChange.Next;
        sent.push(state);
        if (state === 'TicketAssigned')
          throw new SealvisorError('remote_error', 'Venus.ReportState: no such sector');
        return real.reportState(id, report);
      },
    }),
    leastMs: { pc1: 3_600_000 },
  });
  const view = await until(
    0,
    ({ reportRefused, state }) => state === 'TicketAssigned' && reportRefused !== undefined,
  );
  expect(whyNotWorking(view, null, Date.now())).toMatch(
    /; the manager refuses since .* the report that s-t010000-1 is TicketAssigned: Venus.ReportState: no such sector$/,
  );
  await expect
    .poll(() => warnings.filter((line) => line.includes('refuses the report')))
    .toEqual([
      expect.stringContaining(
        'that s-t010000-1 is TicketAssigned: Venus.ReportState: no such sector; it is dropped',
      ),
    ]);
  expect(sent.filter((state) => state === 'TicketAssigned')).toHaveLength(1);
  await worker.control.pause(0, { how: 'now', by: 'alice' });
  await worker.control.resume(0, { state: 'Allocated', by: 'alice' });
  await until(0, ({ reportRefused, state }) => state !== 'TicketAssigned' && reportRefused === undefined);
});
