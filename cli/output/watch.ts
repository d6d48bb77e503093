import { setTimeout as delay } from 'node:timers/promises';

const everyMs = 2000;

/** Shows once, or again and again until Ctrl-C. */
export async function watch(again: boolean, show: () => Promise<void>): Promise<void> {
  await show();
  while (again) {
    await delay(everyMs);
    if (process.stdout.isTTY) process.stdout.write('\u001b[2J\u001b[H');
    await show();
  }
}
