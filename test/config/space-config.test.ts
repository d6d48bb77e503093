import { expect, test } from 'vitest';
import { configChanges } from '#src/config/diff.js';
import { loadWorkerConfig } from '#src/config/worker-config.js';
import { minimal, thrownBy, tomlFile } from '../tools/config/setup.js';

const load = (head: string) => loadWorkerConfig(tomlFile(minimal({ head })));

test('[sealvisor.space] and [attached_selection] are read whole, without a warning', () => {
  const { config, warnings } = load(
    '[attached_selection]\nenable_space_weighted = true\n[sealvisor.space]\nenable = false\nreserve = "1GiB"\ncheck_interval = "5s"\nneeds = { pc1 = 11.5, c2 = 0 }',
  );
  expect(warnings).toEqual([]);
  expect(config.space).toEqual({
    isEnabled: false,
    reserveBytes: 2 ** 30,
    checkIntervalMs: 5000,
    needs: { pc1: 11.5, c2: 0 },
    isStoreWeighted: true,
  });
});

test.each([
  ['enable = "no"', 'sealvisor.space.enable = "no"', 'true or false'],
  ['reserve = "much"', 'sealvisor.space.reserve = "much"', 'a size such as'],
  ['reserve = -1', 'sealvisor.space.reserve = -1', 'a whole number from 0'],
  ['check_interval = "0s"', 'sealvisor.space.check_interval = "0s"', 'a duration of at least 1ms'],
  ['needs = { pc1 = "11" }', 'sealvisor.space.needs.pc1 = "11"', 'a number of sector sizes'],
  ['needs = { pc1 = -1 }', 'sealvisor.space.needs.pc1 = -1', 'a number of sector sizes'],
  ['needs = { pc1 = inf }', 'sealvisor.space.needs.pc1 = Infinity', 'a number of sector sizes'],
  ['needs = { pc7 = 1 }', 'unknown key sealvisor.space.needs.pc7', 'sealvisor.space.needs.pc1'],
  ['reserved = "1GiB"', 'unknown key sealvisor.space.reserved', 'sealvisor.space.reserve'],
])('%s is refused with its key', (line, key, expected) => {
  const error = thrownBy(() => load(`[sealvisor.space]\n${line}`));
  expect(error).toMatchObject({ code: 'config_invalid' });
  expect((error as Error).message).toContain(key);
  expect((error as Error).message).toContain(expected);
});

test('enable_space_weighted of another kind is refused with its key', () => {
  const error = thrownBy(() => load('[attached_selection]\nenable_space_weighted = 1'));
  expect((error as Error).message).toContain('attached_selection.enable_space_weighted = 1');
});

test.each([
  ['[sealvisor.space]\nenable = false', 'sealvisor.space.enable', 'true', 'false'],
  ['[sealvisor.space]\nreserve = "2GiB"', 'sealvisor.space.reserve', '1MiB', '2GiB'],
  ['[sealvisor.space]\ncheck_interval = "5s"', 'sealvisor.space.check_interval', '30s', '5s'],
  ['[sealvisor.space]\nneeds.pc1 = 11.5', 'sealvisor.space.needs.pc1', null, '11.5'],
  [
    '[attached_selection]\nenable_space_weighted = true',
    'attached_selection.enable_space_weighted',
    'false',
    'true',
  ],
])('%j can be had without a restart', (head, what, from, to) => {
  const file = tomlFile(minimal());
  const { config: running } = loadWorkerConfig(file);
  const changes = configChanges(running, load(head).config);
  expect(changes).toEqual([{ kind: 'changed', what, from, to }]);
});
