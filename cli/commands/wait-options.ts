import type { Command } from 'commander';

/** How long a pause is waited for. */
export const longestWait = '10m';

/** `--wait`, `--no-wait` and `--timeout` of a pause; to say both is refused. */
export function waitOptions(pause: Command): Command {
  pause
    .option(
      '--wait',
      'wait until the thread is paused; exit 1 when --timeout is over, the pause stays requested',
    )
    .option('--no-wait', 'answer as soon as the pause is recorded (default)')
    .option('--timeout <duration>', `how long --wait waits (default: ${longestWait})`);
  // The two are one option to commander, of which the last would win.
  const said = new Set<string>();
  for (const name of ['wait', 'no-wait']) pause.on(`option:${name}`, () => said.add(name));
  return pause.hook('preAction', () => {
    if (said.size > 1) pause.error("error: option '--wait' cannot be used with option '--no-wait'");
  });
}
