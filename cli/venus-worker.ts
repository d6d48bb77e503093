#!/usr/bin/env node
import { Command } from 'commander';
import { list, pause, restart, resume } from './commands/worker-threads.js';
import { run } from './run.js';

const program = new Command('venus-worker')
  .description('A sealing worker: runs sealing threads and steers them')
  .option('--debug', 'show traces with errors')
  .addHelpText(
    'after',
    `
Examples:
  venus-worker daemon -c venus-worker.toml
  venus-worker worker -c venus-worker.toml list
  venus-worker worker -c venus-worker.toml pause --index 0
  venus-worker worker -c venus-worker.toml resume --state PC1Done --index 0

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 nothing changed, 4 unreachable`,
  );

program
  .command('daemon')
  .description('run the worker until it is stopped (Ctrl-C: at a safe point; twice: at once)')
  .requiredOption('-c, --config <file>', 'configuration, TOML')
  .action(async (options: { config: string }) => {
    const { daemon } = await import('./commands/worker-daemon.js');
    await daemon(options);
  });
// What a worker starts for a `[[processors.<stage>]]`; nothing to run by hand.
program
  .command('processor', { hidden: true })
  .description('do the tasks of a stage, a JSON line each on stdin, until stdin ends')
  .argument('<stage>', 'add_pieces, tree_d, pc1, pc2 or c2')
  .action(async (stage: string) => {
    const { processor } = await import('./commands/processor.js');
    await processor(stage);
  });

const worker = program
  .command('worker')
  .description('see and steer the threads of a running worker')
  .option('-c, --config <file>', 'the configuration of the worker: says where it listens')
  .option('--worker <host:port>', 'where the worker listens (else $SEALVISOR_WORKER, else 127.0.0.1:17890)');

const index = (text: string) => (/^\d+$/.test(text) ? Number(text) : Number.NaN);

worker
  .command('list')
  .description("every sealing thread's state, a line each")
  .option('--json', 'one JSON document')
  .option('--wide', 'plan, mode and stage as well')
  .option('--watch', 'again every two seconds, until Ctrl-C')
  .action(async (options, command: Command) => {
    await list({ ...command.optsWithGlobals(), ...options });
  });
worker
  .command('pause')
  .description('pause a thread: at once when no heavy stage runs, else after the stage')
  .requiredOption('--index <i>', 'thread, as in list', index)
  .option('--now', 'abort the running stage; it starts over at resume')
  .option('--reason <text>', 'kept in the history')
  .option('--json', 'one JSON document')
  .action(async (options, command: Command) => {
    await pause({ ...command.optsWithGlobals(), ...options });
  });
worker
  .command('resume')
  .description('resume a paused thread, at its state or another one')
  .requiredOption('--index <i>', 'thread, as in list', index)
  .option('--state <state>', 'go on from this state (Aborted gives the sector up)')
  .option('--dry-run', 'say what would be redone or skipped, change nothing')
  .option('--reason <text>', 'kept in the history')
  .option('--json', 'one JSON document')
  .action(async (options, command: Command) => {
    await resume({ ...command.optsWithGlobals(), ...options });
  });
worker
  .command('restart')
  .description('start a failed thread again, from its record')
  .requiredOption('--index <i>', 'thread, as in list', index)
  .option('--reason <text>', 'why')
  .option('--json', 'one JSON document')
  .action((options, command: Command) => restart({ ...command.optsWithGlobals(), ...options }));

void run(program);
