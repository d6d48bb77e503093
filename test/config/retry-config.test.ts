import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { loadWorkerConfig } from '#src/config/worker-config.js';
import { stageNames } from '#src/protocol/stages.js';
import { minimal, thrownBy, tomlFile } from '../tools/config/setup.js';

const load = (head: string) => loadWorkerConfig(tomlFile(minimal({ head })));

test.each(stageNames)('the retries of %s can be set, each part alone or all of them', (stage) => {
  const { config, warnings } = load(
    `[sealvisor.retry.${stage}]\ntries = 7\nfirst = "2s"\nfactor = 1.5\ncap = "1min"\njitter = 0.2`,
  );
  const whole = { tries: 7, firstMs: 2000, factor: 1.5, capMs: 60_000, jitter: 0.2 };
  expect(config.retry).toEqual({ [stage]: whole });
  expect(warnings).toEqual([]);
  expect(load(`[sealvisor.retry]\n${stage}.factor = 2`).config.retry).toEqual({ [stage]: { factor: 2 } });
});

test('a part of a retry that is not set is not there', () => {
  expect(load('[sealvisor.retry.pc1]\ntries = 0').config.retry).toStrictEqual({ pc1: { tries: 0 } });
});

test('breaker, deadlines, history and home are read', () => {
  const { config, warnings } = load(`[sealvisor]
history_rows = 100
home = "./state"
breaker = { after = 2, probe = "10s" }
deadlines = { epoch = "1s", ticket = 40, pre_commit = 30, margin = 5 }`);
  expect(config).toMatchObject({
    historyRows: 100,
    home: resolve('state'),
    breaker: { after: 2, probeMs: 10_000 },
    deadlines: { epochMs: 1000, ticket: 40, preCommit: 30, margin: 5 },
  });
  expect(warnings).toEqual([]);
});

test('each part of them has its default beside the others', () => {
  const { config } = load('[sealvisor]\nbreaker.probe = "1s"\ndeadlines.ticket = 100');
  expect(config.breaker).toEqual({ after: 3, probeMs: 1000 });
  expect(config.deadlines).toEqual({ epochMs: 30_000, ticket: 100, preCommit: 86_550, margin: 60 });
});

test.each([
  ['retry.pc1.tries = -1', 'retry.pc1.tries = -1 in FILE: expected a whole number from 0'],
  ['retry.pc1.first = 5', 'retry.pc1.first = 5 in FILE: expected a duration such as'],
  ['retry.pc1.factor = 0.9', 'retry.pc1.factor = 0.9 in FILE: expected a number of at least 1'],
  ['retry.pc1.factor = inf', 'retry.pc1.factor = Infinity in FILE: expected a number of at least 1'],
  ['retry.pc1.jitter = 1.1', 'retry.pc1.jitter = 1.1 in FILE: expected a number from 0 to 1'],
  ['retry.pc1.jitter = -0.1', 'retry.pc1.jitter = -0.1 in FILE: expected a number from 0 to 1'],
  ['retry.pc1.jitter = nan', 'retry.pc1.jitter = NaN in FILE: expected a number from 0 to 1'],
  [
    'retry.pc1 = { first = "1min", cap = "59s" }',
    'retry.pc1.cap = "59s" in FILE: expected a duration no shorter than first',
  ],
  ['breaker.after = 1', 'breaker.after = 1 in FILE: expected a whole number from 2'],
  ['breaker.probe = "0s"', 'breaker.probe = "0s" in FILE: expected a duration of at least 1ms'],
  ['deadlines.epoch = "0"', 'deadlines.epoch = "0" in FILE: expected a duration of at least 1ms'],
  ['deadlines.margin = 1.5', 'deadlines.margin = 1.5 in FILE: expected a whole number from 0'],
  [
    'deadlines.ticket = 60',
    'deadlines in FILE: expected margin (60) less than ticket (60) and pre_commit (86550)',
  ],
  ['deadlines = { pre_commit = 9, margin = 9 }', 'expected margin (9) less than ticket (2880) and pre_co'],
  ['history_rows = 99', 'history_rows = 99 in FILE: expected a whole number from 100'],
  ['home = ""', 'home = "" in FILE: expected a text that is not empty'],
])('[sealvisor] %s is refused with what is expected', (text, message) => {
  const path = tomlFile(minimal({ head: `[sealvisor]\n${text}` }));
  const error = thrownBy(() => loadWorkerConfig(path));
  const told = message.replace('FILE', path);
  expect(error).toMatchObject({ code: 'config_invalid', message: expect.stringContaining(told) });
});

test.each([
  ['retry.pc11.tries = 1', 'retry.pc11', 'retry.pc1'],
  ['retry.wait_pclanded.tries = 1', 'retry.wait_pclanded', 'retry.wait_pc_landed'],
  ['retry.submit_precommit.tries = 1', 'retry.submit_precommit', 'retry.submit_pre_commit'],
  ['retry.pc1.trys = 1', 'retry.pc1.trys', 'retry.pc1.tries'],
  ['breaker.prob = "1s"', 'breaker.prob', 'breaker.probe'],
  ['deadlines.precommit = 1', 'deadlines.precommit', 'deadlines.pre_commit'],
  ['historyrows = 1000', 'historyrows', 'history_rows'],
])('[sealvisor] %s: the unknown key is named with its nearest neighbour', (text, key, near) => {
  expect(thrownBy(() => load(`[sealvisor]\n${text}`))).toMatchObject({
    code: 'config_invalid',
    message: expect.stringMatching(
      new RegExp(`^unknown key sealvisor\\.${key} in .*: did you mean sealvisor\\.${near}\\?$`),
    ),
  });
});
