import { sleep } from '../../src/actors/system-clock.js';

const everyMs = 2000;

/** Shows once, or again and again until Ctrl-C. */
export async function watch(again: boolean, show: () => Promise<void>): Promise<void> {
  await show();
  while (again) {
    await sleep(everyMs);
    if (process.stdout.isTTY) process.stdout.write('\u001b[2J\u001b[H');
    await show();
  }
}
