#!/usr/bin/env node
import { Command } from 'commander';
import { workerPort } from '../src/config/endpoint.js';
import { dumpVerbs } from './commands/worker/dump-verbs.js';
import { lifeVerbs } from './commands/worker/life-verbs.js';
import { storeVerbs } from './commands/worker/store-verbs.js';
import { threadVerbs } from './commands/worker/thread-verbs.js';
import { type LogOptions, logOptions } from './log/log-options.js';
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
  venus-worker worker -c venus-worker.toml why --index 0

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 nothing changed, 4 unreachable`,
  );

logOptions(
  program
    .command('daemon')
    .description('run the worker until it is stopped (Ctrl-C: at a safe point; twice: at once)')
    .requiredOption('-c, --config <file>', 'configuration, TOML'),
)
  .addHelpText(
    'after',
    `
Examples:
  venus-worker daemon -c venus-worker.toml
  venus-worker daemon -c venus-worker.toml --log-format json --log-file /var/log/sealvisor/worker.log`,
  )
  .action(async (options: { config: string } & LogOptions) => {
    const { daemon } = await import('./commands/worker/daemon.js');
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
  .description('see and steer a running worker and its threads')
  .option('-c, --config <file>', 'the configuration of the worker: says where it listens')
  .option(
    '--worker <host:port>',
    `where the worker listens (default: $SEALVISOR_WORKER, else 127.0.0.1:${workerPort})`,
  )
  .addHelpText(
    'after',
    `
Examples:
  venus-worker worker list --wide
  venus-worker worker pause --index 0 --reason "swap disk" --wait
  venus-worker worker resume --index 0 --state PC1Done --dry-run
  venus-worker worker history --index 0 --follow
  venus-worker worker drain --to-finish --wait
  venus-worker worker limit pc1 4

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 nothing changed, 4 unreachable`,
  );

threadVerbs(worker);
lifeVerbs(worker);
dumpVerbs(worker);
storeVerbs(program);

void run(program);
