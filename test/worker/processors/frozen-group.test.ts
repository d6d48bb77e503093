/** A freeze as the process table sees it: every process of the group stands still, and none of them gets any further. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { until as untilSo } from '../../tools/processes/setup.js';
import { doIt, foreign } from '../../tools/worker/foreign.js';
import { freshDir, isWorking, setup } from '../../tools/worker/setup.js';

/** State and used CPU ticks of the processes of a group. */
function membersOf(group: number) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
        const [state = '', , itsGroup, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        // Behind the group, utime and stime are the 9th and 10th.
        return Number(itsGroup) === group
          ? [{ pid: Number(pid), state, ticks: Number(rest[8]) + Number(rest[9]) }]
          : [];
      } catch {
        return [];
      }
    });
}
const ticksOf = (group: number) => membersOf(group).reduce((sum, { ticks }) => sum + ticks, 0);
const bootIs = () => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);

test('each member of the group is stopped and uses no CPU time while it is frozen, and all continue at the resume', async () => {
  const go = `${freshDir()}/go`;
  const { control, until, untilRow } = await setup({
    config: {
      processors: [
        foreign(
          'pc1',
          `const spin = "const until = Date.now() + 600_000; while (Date.now() < until && !require('fs').existsSync('${go}'));";
          const { spawn } = await import('node:child_process');
          const { once } = await import('node:events');
          const helpers = [0, 1].map(() => once(spawn(process.execPath, ['-e', spin], { stdio: 'ignore' }), 'exit'));
          await Promise.all(helpers);
          ${doIt('pc1')} give(done);`,
        ),
      ],
    },
  });
  const view = await until(0, (each) => isWorking('TicketAssigned')(each) && each.processor?.pid != null);
  const group = view.processor?.pid ?? 0;
  await untilSo(() => membersOf(group).length === 3 && ticksOf(group) > 5);
  await control.pause(0, { how: 'freeze' });
  await untilSo(() => membersOf(group).every(({ state }) => state === 'T'));
  const frozen = await until(0, ({ processor }) => processor?.frozenBytes !== undefined);
  expect(frozen.processor?.frozenBytes).toBeGreaterThan(3 * 2 ** 20);
  const [before, since] = [ticksOf(group), bootIs()];
  await untilSo(() => bootIs() > since + 1);
  expect(ticksOf(group)).toBe(before);
  expect(membersOf(group).map(({ state }) => state)).toEqual(['T', 'T', 'T']);
  await control.resume(0, {});
  await untilSo(() => ticksOf(group) > before);
  const { writeFileSync } = await import('node:fs');
  writeFileSync(go, '');
  await untilRow(0, (row) => row.event === 'PC1');
});
