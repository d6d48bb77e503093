#!/usr/bin/env node
import { Command, Option } from 'commander';
import { tree } from './commands/tree.js';
import { run } from './run.js';

const program = new Command('sealvisor')
  .description('A whole local sealing fleet in one line, and tools for what it sealed')
  .option('--debug', 'show traces with errors')
  .addHelpText(
    'after',
    `
Examples:
  sealvisor start
  sealvisor start --sector-size 2KiB --pieces ./files --sectors 3
  sealvisor unseal .sealvisor/store/sealed/s-t010000-1 --out ./pieces
  sealvisor tree local --watch
  sealvisor plans snapup --mermaid`,
  );

program
  .command('start')
  .description(
    'run a manager (mock chain) and a worker with three sealing threads, and seal the pieces of a directory',
  )
  .option('--home <dir>', 'where everything is kept', '.sealvisor')
  .option('--pieces <dir>', 'the files to seal', 'docs')
  .option('--sector-size <size>', '2KiB, 8MiB, 512MiB, 32GiB or 64GiB', '8MiB')
  .option('--sectors <n>', 'stop after n sectors, with a summary')
  .option('--miner <id>', 'miner actor id', '10000')
  .option('--epoch <duration>', "length of the mock chain's epoch", '1s')
  .option('--json', 'the summary as one JSON document')
  .action(async (options) => {
    const { start } = await import('./commands/start.js');
    await start(options);
  });
program
  .command('unseal')
  .description('write back every piece of a sealed sector (made by the built-in dev processors)')
  .argument('<sealed file>', 'as it lies in a store: sealed/s-t0<miner>-<n>')
  .requiredOption('--out <dir>', 'where the pieces go, one file each, named by piece CID')
  .option('--json', 'one JSON document')
  .action(async (file: string, options) => {
    const { unsealFile } = await import('./commands/unseal.js');
    await unsealFile(file, options);
  });
program
  .command('tree')
  .description("a worker's supervisor tree: what runs, since when, how often it was started again, and why")
  .argument('[worker]', 'name as the manager knows it, or an address', undefined)
  .option('--manager <url>', 'the manager (else $SEALVISOR_MANAGER, else http://127.0.0.1:1789)')
  .option('--json', 'one JSON document')
  .option('--watch', 'again every two seconds, until Ctrl-C')
  .action(tree);
program
  .command('plans')
  .description('the kinds of jobs a sealing thread does, or one of them, state by state')
  .argument('[plan]', 'sealer, snapup, rebuild, unseal or wdpost')
  .addOption(new Option('--mermaid', 'as a chart for mermaid').conflicts(['json', 'markdown']))
  .addOption(new Option('--markdown', 'as docs/plans.md shows it').conflicts('json'))
  .option('--json', 'the table itself')
  .action(async (plan: string | undefined, options) => {
    const { plans } = await import('./commands/plans.js');
    await plans(plan, options);
  });

void run(program);
