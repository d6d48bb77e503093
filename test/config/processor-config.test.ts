import { expect, test } from 'vitest';
import { loadWorkerConfig } from '#src/config/worker-config.js';
import { builtinStages } from '#src/protocol/stages.js';
import { minimal, tomlFile } from './setup.js';

const load = (head: string) => loadWorkerConfig(tomlFile(minimal({ head })));
const defaults = { stableWaitMs: 5000, envs: {}, inheritEnvs: true, autoRestart: true };

test.each(builtinStages)(
  '[[processors.%s]] without bin is a child of ours, with the defaults of the field',
  (stage) => {
    const { config, warnings } = load(`[[processors.${stage}]]`);
    expect(config.processors).toEqual([{ stage, ...defaults }]);
    expect(warnings).toEqual([]);
  },
);

test('its keys are read; several of one stage are several children', () => {
  const { config, warnings } = load(`[[processors.c2]]
stable_wait = "1min"
envs = { RUST_LOG = "info", EMPTY = "" }
inherit_envs = false
auto_restart = false
[[processors.pc1]]
[[processors.c2]]`);
  expect(config.processors).toEqual([
    { stage: 'pc1', ...defaults },
    {
      stage: 'c2',
      stableWaitMs: 60_000,
      envs: { RUST_LOG: 'info', EMPTY: '' },
      inheritEnvs: false,
      autoRestart: false,
    },
    { stage: 'c2', ...defaults },
  ]);
  expect(warnings).toEqual([]);
});

test('with bin it is not run: one warning says who does the stage, and each other key is warned of', () => {
  const { config, warnings } = load('[[processors.pc2]]\nbin = "./pc2"\nargs = ["-v"]\nstable_wait = "9s"\n');
  expect(config.processors).toEqual([]);
  expect(warnings).toEqual([
    'processors.pc2[0].bin is known but not used yet: the built-in processor does pc2',
    'processors.pc2[0].args is known but not used yet',
    'processors.pc2[0].stable_wait is known but not used yet',
  ]);
});

test('a bin beside one without it takes nothing from the other', () => {
  const { config, warnings } = load(
    '[[processors.pc2]]\nbin = "./pc2"\n[[processors.pc2]]\nlocks = ["gpu1"]',
  );
  expect(config.processors).toEqual([{ stage: 'pc2', ...defaults }]);
  expect(warnings).toEqual([
    'processors.pc2[0].bin is known but not used yet: the built-in processor does pc2',
    'processors.pc2[1].locks is known but not used yet',
  ]);
});

test.each([
  [
    '[[processors.pc1]]\ncgroup.cpuset = "1"\nnuma_preferred = 0\nconcurrent = 1\nweight = 1\nargs = []',
    ['cgroup.cpuset', 'numa_preferred', 'concurrent', 'weight', 'args'].map(
      (key) => `processors.pc1[0].${key}`,
    ),
  ],
])('%j: what has no effect is warned of, key by key', (head, paths) => {
  expect(load(head).warnings).toEqual(paths.map((path) => `${path} is known but not used yet`));
});
