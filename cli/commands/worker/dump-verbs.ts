/** The field's verbs for lines that a processor prints beside its answers; it knows each by two spellings. */
import { type Command, Option } from 'commander';
import { act, examples } from './thread-verbs.js';

export function dumpVerbs(worker: Command): void {
  verb(worker, 'enable-dump', 'write what a processor prints beside its answers to files, one a line')
    .alias('enable_dump')
    .option('--dump-dir <dir>', "an existing directory on the worker's machine (default: this one)")
    .addOption(new Option('--dump_dir <dir>').hideHelp())
    .addHelpText('after', examples('enable-dump --child-pid 4711 --dump-dir /tmp/lines'))
    .action(act(async () => (await import('./dump.js')).enableDump));
  verb(worker, 'disable-dump', 'log such lines again, cut to 100 characters')
    .alias('disable_dump')
    .addHelpText('after', examples('disable-dump --child-pid 4711'))
    .action(act(async () => (await import('./dump.js')).disableDump));
}

function verb(worker: Command, name: string, what: string): Command {
  return worker
    .command(name)
    .description(what)
    .option('--child-pid <pid>', 'the processor, as `sealvisor tree` shows it')
    .addOption(new Option('--child_pid <pid>').hideHelp())
    .option('--json', 'one JSON document');
}
