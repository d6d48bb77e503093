import { expect, test } from 'vitest';
import { loadWorkerConfig } from '#src/config/worker-config.js';
import { limitNames } from '#src/protocol/stages.js';
import { minimal, thrownBy, tomlFile } from '../tools/config/setup.js';

const load = (head: string) => loadWorkerConfig(tomlFile(minimal({ head })));

test.each(limitNames)('%s is limited and staggered by any of the keys', (stage) => {
  const old = load(`[processors.limit]\n${stage} = 2`);
  const today = load(`[processors.limitation]\nconcurrent.${stage} = 1\nstaggered.${stage} = "2min"`);
  expect(old.config).toMatchObject({ limits: { [stage]: 2 }, staggeredMs: {} });
  expect(today.config).toMatchObject({ limits: { [stage]: 1 }, staggeredMs: { [stage]: 120_000 } });
  // Upstream has this name, and no plan of a sealing thread that gets there.
  const isNobodys = stage === 'winning_post';
  const keys = ['limit', 'limitation.concurrent', 'limitation.staggered'];
  const warned = keys.map((key) => `processors.${key}.${stage} has no effect: no plan has such a stage`);
  expect([...old.warnings, ...today.warnings]).toEqual(isNobodys ? warned : []);
});

test('limitation.concurrent stands before limit, stage by stage, and the one without effect is warned of', () => {
  const { config, warnings } = load(
    '[processors.limit]\npc1 = 4\npc2 = 2\n[processors.limitation.concurrent]\npc1 = 3\nc2 = 1',
  );
  expect(config.limits).toEqual({ pc1: 3, pc2: 2, c2: 1 });
  expect(warnings).toEqual([
    'processors.limit.pc1 has no effect beside processors.limitation.concurrent.pc1',
  ]);
});

test.each([
  ['limit', '0'],
  ['limit', '-1'],
  ['limit', '1.5'],
  ['limit', '"2"'],
  ['limit', '4294967296'],
  ['limitation.concurrent', '0'],
  ['limitation.concurrent', '-3'],
])('in %s, pc1 = %s is no limit; the message says what one is, and how to stop', (table, value) => {
  const path = tomlFile(minimal({ head: `[processors.${table}]\npc1 = ${value}` }));
  expect(thrownBy(() => loadWorkerConfig(path))).toMatchObject({
    code: 'config_invalid',
    message: `processors.${table}.pc1 = ${value} in ${path}: expected a limit of at least 1, as a whole number (to stop the work, pause its threads or cordon the worker)`,
  });
});

test.each([
  ['[processors.limit]\npc3 = 1', 'unknown key processors.limit.pc3', 'did you mean processors.limit.pc1?'],
  [
    '[processors.limitation.concurrent]\nsnap_encod = 1',
    'unknown key processors.limitation.concurrent.snap_encod',
    'did you mean processors.limitation.concurrent.snap_encode?',
  ],
  ['[processors.limitation.staggered]\npc1 = 30', 'staggered.pc1 = 30', 'expected a duration such as'],
  ['[processors.limitation.staggered]\npc1 = "30"', 'staggered.pc1 = "30"', 'expected a duration such as'],
])('%j is refused', (head, what, hint) => {
  const error = thrownBy(() => load(head));
  expect(error).toMatchObject({ code: 'config_invalid', message: expect.stringContaining(what) });
  expect(error).toMatchObject({ message: expect.stringContaining(hint) });
});
