/** Upstream's verbs for lines that a processor prints in addition to its answers; upstream has two spellings of each. */
import { json } from './shared-options.js';
import { option, type Verb } from './verb.js';

const child = [
  option('--child-pid <pid>', 'the processor, as `sealvisor tree` shows it'),
  option('--child_pid <pid>', '', { isHidden: true }),
  json,
];

export const dumpVerbs: readonly Verb[] = [
  {
    name: 'enable-dump',
    alias: 'enable_dump',
    about: 'write what a processor prints besides its answers to files, one per line',
    options: [
      ...child,
      option('--dump-dir <dir>', "an existing directory on the worker's machine (default: this one)"),
      option('--dump_dir <dir>', '', { isHidden: true }),
    ],
    examples: ['enable-dump --child-pid 4711 --dump-dir /tmp/lines'],
    run: async () => (await import('../commands/worker/dump.js')).enableDump,
  },
  {
    name: 'disable-dump',
    alias: 'disable_dump',
    about: 'log such lines again, cut to 100 characters',
    options: child,
    examples: ['disable-dump --child-pid 4711'],
    run: async () => (await import('../commands/worker/dump.js')).disableDump,
  },
];
