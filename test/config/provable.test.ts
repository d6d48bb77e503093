/** A plan whose later stages cannot read what its earlier ones make is refused, and the words say what to add. */
import { describe, expect, test } from 'vitest';
import { checkProvable, type StageDoer, type StageDoers, unprovable } from '#src/config/provable.js';
import { thrownBy } from '../tools/config/setup.js';

/** Stages that programs of others do; the others are ours, in the thread or (`child`) as a child. */
const by = (others: readonly string[], child: readonly string[] = []): StageDoers =>
  new Map<string, StageDoer>([
    ...others.map((stage) => [stage, { ours: [], others: [`processors.${stage}[0]`] }] as const),
    ...child.map((stage) => [stage, { ours: [`processors.${stage}[0]`], others: [] }] as const),
  ]);

const seals = ['pc1', 'pc2', 'c1', 'c2'];
const upgrades = ['snap_encode', 'snap_vanilla', 'snap_prove'];

describe('it can be proven', () => {
  test.each([
    ['sealer', 'all is ours', []],
    ['sealer', 'all that seals is of others', seals],
    ['sealer', 'all of others, with synthetic proofs', [...seals, 'synth_proof']],
    ['sealer', 'formats that all agree on', ['add_pieces', 'tree_d', 'transfer']],
    ['sealer', 'an upgrade is not of this plan', ['snap_encode']],
    ['snapup', 'all that upgrades is of others', upgrades],
    ['snapup', 'sealing is not of this plan', ['pc1', 'pc2']],
    ['rebuild', 'all is ours', []],
    ['rebuild', 'all is of others; there is no C1', ['pc1', 'pc2', ...upgrades]],
    ['unseal', 'one stage alone', ['unseal']],
    ['wdpost', 'one stage alone', ['window_post']],
  ])('%s: %s', (plan, _, others) => {
    expect(unprovable(plan, by(others))).toBeUndefined();
    expect(unprovable(plan, by(others, ['tree_d']))).toBeUndefined();
  });

  test('our own as children are ours', () => {
    expect(unprovable('sealer', by([], seals))).toBeUndefined();
  });
});

describe('it cannot be proven', () => {
  test.each([
    ['sealer', ['pc1'], ['pc2', 'c1', 'c2']],
    ['sealer', ['pc2'], ['pc1', 'c1', 'c2']],
    ['sealer', ['pc1', 'pc2'], ['c1', 'c2']],
    ['sealer', ['pc1', 'pc2', 'c2'], ['c1']],
    ['sealer', ['pc1', 'pc2', 'c1'], ['c2']],
    ['sealer', ['c2'], ['pc1', 'pc2', 'c1']],
    ['sealer', ['synth_proof'], seals],
    ['snapup', ['snap_encode'], ['snap_vanilla', 'snap_prove']],
    ['snapup', ['snap_encode', 'snap_prove'], ['snap_vanilla']],
    ['snapup', ['snap_prove'], ['snap_encode', 'snap_vanilla']],
    ['rebuild', ['pc1', 'pc2'], upgrades],
    ['rebuild', upgrades, ['pc1', 'pc2']],
  ])('%s by others: %j', (plan, others, missing) => {
    const fault = unprovable(plan, by(others)) ?? '';
    for (const stage of missing) expect(fault).toContain(`[[processors.${stage}]]`);
    for (const stage of others) expect(fault).toContain(`processors.${stage}[0]`);
  });

  test('synth_proof of ours beside what others seal; without a table it is not asked for', () => {
    expect(unprovable('sealer', by(seals, ['synth_proof']))).toContain('[[processors.synth_proof]]');
    expect(unprovable('sealer', by(seals))).toBeUndefined();
  });

  test('one stage by both: a sector would be given to the one or the other', () => {
    const doers = new Map([
      ...by(seals),
      ['c1', { ours: ['processors.c1[0]'], others: ['processors.c1[1]'] }],
    ]);
    expect(unprovable('sealer', doers as StageDoers)).toContain('[[processors.c1]]');
  });
});

test('each plan is one line, with its threads, the file and the code config_invalid', () => {
  const threads = ['sealer', 'snapup', 'sealer', 'unseal', 'rebuild'].map((plan, index) => ({ index, plan }));
  const thrown = thrownBy(() => checkProvable({ threads, path: 'w.toml' }, by(['pc1', 'pc2'])));
  expect(thrown).toMatchObject({ code: 'config_invalid' });
  expect(String((thrown as Error).message).split('\n')).toEqual([
    expect.stringMatching(
      /^sealing_thread\[0\] and sealing_thread\[2\] in w\.toml: plan sealer could not be proven: /,
    ),
    expect.stringMatching(/^sealing_thread\[4\] in w\.toml: plan rebuild could not be proven: /),
  ]);
});
