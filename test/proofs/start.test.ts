/** `sealvisor start --proofs real`: real sectors in a local fleet, up to C2, which has no parameters here. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { provingStages } from '#cli/commands/start/real-proofs.js';
import { workerToml } from '../tools/e2e/fleet.js';
import { freePort, freshDir, run, start, write } from '../tools/e2e/setup.js';
import { describeReal, program, tablesOf } from '../tools/proofs/program.js';

test('where the program is not built the command says what to run, and leaves no home behind', async () => {
  const env = { CARGO_TARGET_DIR: join(freshDir(), 'target') };
  const home = join(freshDir(), 'home');
  const { code, stderr } = await run('sealvisor', ['start', '--proofs', 'real', '--home', home], { env });
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /release\/sealvisor-proofs is not built: run npm run proofs:build in \S+ .*\(proofs_not_built\)/,
  );
});

describeReal('sealvisor start --proofs real', () => {
  test('seals pieces of its own up to C1, and is paused in the words of C2, which name the file that is missing', async () => {
    const dir = freshDir();
    const home = join(dir, 'home');
    const parameters = join(dir, 'parameters');
    // As it would be written, with other ports.
    const more = tablesOf(provingStages, { gates: join(dir, 'gates'), parameters });
    write(
      join(home, 'venus-worker.toml'),
      workerToml(home, `127.0.0.1:${await freePort()}`, { more, threads: 3 }),
    );
    const env = { FIL_PROOFS_PARAMETER_CACHE: parameters };
    const fleet = start('sealvisor', ['start', '--proofs', 'real', '--home', home, '--epoch', '50ms'], {
      env,
    });
    await fleet.line(/sealing with Filecoin's own proofs, on a mock chain: (\S+)/);
    await fleet.line(new RegExp(`C2 reads its parameters in ${parameters}; without them`));
    expect(fleet.lines).toContain(`  ${program} params porep --size 2KiB`);
    for (const index of [0, 1, 2])
      await fleet.line(
        new RegExp(
          `#${index} s-t010000-\\d C1Done: permanent: No cached parameters found for .*failure finding ${parameters}/`,
        ),
      );
    expect((await fleet.end('SIGINT')).stderr).not.toContain('not in the summary');
  });

  test('in a home of dev processors is refused', async () => {
    const home = join(freshDir(), 'home');
    write(join(home, 'venus-worker.toml'), workerToml(home, `127.0.0.1:${await freePort()}`));
    const { code, stderr } = await run('sealvisor', ['start', '--proofs', 'real', '--home', home]);
    expect({ code, stderr }).toMatchObject({ code: 2 });
    expect(stderr).toContain('does not have its stages done by real proofs: choose another --home');
  });
});
