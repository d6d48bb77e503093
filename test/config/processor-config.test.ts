import { expect, test } from 'vitest';
import { loadWorkerConfig } from '#src/config/worker-config.js';
import { builtinStages } from '#src/protocol/stages.js';
import { minimal, thrownBy, tomlFile } from '../tools/config/setup.js';

const load = (head: string) => loadWorkerConfig(tomlFile(minimal({ head })));
const defaults = { stableWaitMs: 5000, envs: {}, inheritEnvs: true, autoRestart: true };

test.each(builtinStages)(
  '[[processors.%s]] without bin is a child of ours, with upstream’s defaults',
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

test('with bin it is a program of somebody, and every key of it is read', () => {
  const { config, warnings } = load(`[processors.ext_locks]
gpu1 = 1
gpu2 = 2
[[processors.pc2]]
bin = "./pc2"
args = ["-v", ""]
stable_wait = "9s"
concurrent = 2
weight = 3
locks = ["gpu1", "gpu2"]
numa_preferred = 0
cgroup = { cpuset = "0-3,8", group_name = "sealing/pc2" }
[[processors.pc2]]`);
  expect(config.extLocks).toEqual({ gpu1: 1, gpu2: 2 });
  expect(config.processors).toEqual([
    {
      ...{ stage: 'pc2', ...defaults },
      ...{ bin: './pc2', args: ['-v', ''], stableWaitMs: 9000, concurrent: 2, weight: 3 },
      ...{ locks: ['gpu1', 'gpu2'], numaPreferred: 0, cpuset: '0-3,8', groupName: 'sealing/pc2' },
    },
    { stage: 'pc2', ...defaults },
  ]);
  expect(warnings).toEqual([]);
});

test.each([
  ['concurrent = 0', /processors\.pc2\[0\]\.concurrent = 0 .*: expected a whole number from 1/],
  ['weight = 0', /processors\.pc2\[0\]\.weight = 0 .*: expected a whole number from 1/],
  ['concurrent = 1.5', /concurrent = 1\.5/],
  ['bin = ""', /processors\.pc2\[0\]\.bin = "" .*: expected a text that is not empty/],
  ['bin = 7', /processors\.pc2\[0\]\.bin = 7/],
  ['args = "-v"', /processors\.pc2\[0\]\.args = "-v" .*: expected a list of texts/],
  ['cgroup.cpuset = "all"', /cgroup\.cpuset = "all" .*: expected a list of CPUs such as 0-3,8/],
  ['cgroup.cpuset = 1', /cgroup\.cpuset = 1 .*: expected a list of CPUs in quotes/],
  ['cgroup.group_name = "../up"', /group_name = "\.\.\/up" .*: expected the name of a control group/],
  ['locks = ["gpu9"]', /processors\.pc2\[0\]\.locks in .*: no lock gpu9: .*ext_locks\] defines gpu1, gpu2$/],
  ['locks = ["gpu1", "gpu1"]', /processors\.pc2\[0\]\.locks in .*: expected gpu1 once/],
])('[[processors.pc2]] %s is refused, and the words say what is expected', (line, message) => {
  const head = `[processors.ext_locks]\ngpu1 = 1\ngpu2 = 1\n[[processors.pc2]]\n${line}\n`;
  expect(thrownBy(() => load(head))).toMatchObject({
    code: 'config_invalid',
    message: expect.stringMatching(message),
  });
});

test('a lock where none is defined says so; one that nobody could ever have is refused', () => {
  expect(thrownBy(() => load('[[processors.pc1]]\nlocks = ["gpu1"]'))).toMatchObject({
    message: expect.stringContaining('no lock gpu1: [processors.ext_locks] defines nothing yet'),
  });
  expect(thrownBy(() => load('[processors.ext_locks]\ngpu1 = 0'))).toMatchObject({
    message: expect.stringMatching(/processors\.ext_locks\.gpu1 = 0 .*: expected a whole number from 1/),
  });
});
