import { expect, test } from 'vitest';
import { loadWorkerConfig } from '#src/config/worker-config.js';
import { minimal, tomlFile } from '../tools/config/setup.js';

const warningsOf = (head: string, tail = '') => loadWorkerConfig(tomlFile(minimal({ head, tail }))).warnings;

test.each([
  [
    '[worker]\nlocal_pieces_dir = "/a"\nlocal_pieces_dirs = ["/b"]',
    'worker.local_pieces_dir has no effect beside worker.local_pieces_dirs',
  ],
  ['[sealing]\nmax_deals = 3', 'sealing.max_deals has no effect without enable_deals'],
  ['[sealing]\nmin_deal_space = "1KiB"', 'sealing.min_deal_space has no effect without enable_deals'],
  ['[sealing]\ndisable_cc = true', 'sealing_thread[0] seals nothing: disable_cc is set without enable_deals'],
  [
    '[processors.limit]\nwinning_post = 1',
    'processors.limit.winning_post has no effect: no plan has such a stage',
  ],
  [
    '[sealvisor.space]\nneeds.winning_post = 1',
    'sealvisor.space.needs.winning_post has no effect: no plan has such a stage',
  ],
  [
    '[processors.ext_locks]\ngpu = 1\n[[processors.c2]]',
    'processors.ext_locks.gpu has no effect: no processor names it in its locks',
  ],
  [
    '[[processors.pc1]]\n[[processors.pc1]]\ncgroup.group_name = "a"',
    'processors.pc1[1].cgroup.group_name has no effect without cgroup.cpuset',
  ],
  [
    '[[sealvisor.faults]]\nstage = "c2"\nact = "exit"\nlevel = "abort"',
    'sealvisor.faults[0].level has no effect beside act',
  ],
])('%j is warned of once, with the key and the reason', (head, line) => {
  expect(warningsOf(head)).toEqual([line]);
});

test.each([
  '[sealing]\nenable_deals = true\ndisable_cc = true\nmax_deals = 3',
  '[processors.ext_locks]\ngpu = 1\n[[processors.c2]]\nlocks = ["gpu"]',
  '[[processors.pc1]]\ncgroup = { group_name = "a", cpuset = "0" }',
  '[[sealvisor.faults]]\nstage = "c2"\nact = "exit"',
])('%j has an effect, and nothing is said', (head) => {
  expect(warningsOf(head)).toEqual([]);
});

test('keys of deals are warned of where they are set, and only when no thread below takes deals', () => {
  const other = '[[sealing_thread]]\nlocation = "/nowhere/store2"\n';
  const snapup = `${other}plan = "snapup"\nsealing.max_deals = 2`;
  expect(warningsOf('[sealing]\nmax_deals = 3', snapup)).toEqual([]);
  expect(warningsOf('', `${other}sealing.max_deals = 2`)).toEqual([
    'sealing_thread[1].sealing.max_deals has no effect without enable_deals',
  ]);
});

test.each([
  ['[sealvisor]\nbuiltin.least.pc11 = "1s"', 'unknown key sealvisor.builtin.least.pc11'],
  ['[[sealvisor.faults]]\nstage = "pc11"\nact = "exit"', 'sealvisor.faults[0].stage = "pc11"'],
])('a stage that does not exist would do nothing: %j is refused', (head, message) => {
  expect(() => warningsOf(head)).toThrow(message);
});
