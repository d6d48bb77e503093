/** `request_task_max_retries`: a thread that waits for deals comes to know an edited hot configuration. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gate, isIn, setup } from '../../tools/worker/setup.js';

/** A thread whose sector waits for deals; `asked` counts how often it has asked for them. */
async function waitingForDeals(requestTaskMaxRetries: number) {
  let asked = 0;
  const doors = Array.from({ length: 20 }, gate);
  const made = await setup({
    sealing: { recoverIntervalMs: 1, enableDeals: true, disableCc: true, requestTaskMaxRetries },
    service: {
      acquireDeals: async () => {
        await doors[asked++]?.pass();
        return null;
      },
    },
  });
  return { ...made, doors, asked: () => asked };
}

test('behind so many answers that there are no deals its hot configuration is read again, and applies to the current sector', async () => {
  const { doors, asked, until, locationOf, warnings } = await waitingForDeals(3);
  await doors[0]?.reached;
  const { sector } = await until(0, isIn('Allocated', 'running'));
  const text = 'location = "/elsewhere"\nsealing.disable_cc = false';
  writeFileSync(join(locationOf(0), 'config.toml'), text);
  for (const door of doors) door.open();
  const done = await until(0, (view) => view.state !== 'Allocated');
  expect(done.sector).toEqual(sector);
  expect(warnings.filter((line) => line.includes('config.toml'))).toEqual([
    expect.stringMatching(/^location in \S+config\.toml has no effect: /),
  ]);
  // Four answers, then it is read; the fifth or a later one finds it.
  expect(asked()).toBeGreaterThanOrEqual(5);
});

test('before that it is not read', async () => {
  const { doors, until, locationOf, control } = await waitingForDeals(1000);
  await doors[0]?.reached;
  await until(0, isIn('Allocated', 'running'));
  writeFileSync(join(locationOf(0), 'config.toml'), 'sealing.disable_cc = false');
  for (const door of doors.slice(0, -1)) door.open();
  await doors.at(-1)?.reached;
  expect(control.thread(0).state).toBe('Allocated');
});
