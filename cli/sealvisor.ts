#!/usr/bin/env node
import { Command, Option } from 'commander';
import { managerOption } from './commands/manager/ask.js';
import { tree } from './commands/tree.js';
import { logOptions } from './log/log-options.js';
import { run } from './run.js';

const examples = (...lines: readonly string[]) =>
  `\nExamples:\n${lines.map((line) => `  sealvisor ${line}`).join('\n')}`;

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
  sealvisor plans snapup --mermaid
  sealvisor processor check python3 tree_d -- tree_d.py`,
  );

const startCommand = program
  .command('start')
  .description(
    'run a manager (mock chain) and a worker with three sealing threads, and seal the pieces of a directory',
  )
  .addOption(
    new Option(
      '--proofs <kind>',
      "dev: the built-in processors; real: Filecoin's own proofs (npm run proofs:build)",
    )
      .choices(['dev', 'real'])
      .default('dev'),
  )
  .option('--home <dir>', 'where everything is kept (default: .sealvisor, of real proofs .sealvisor/real)')
  .option(
    '--pieces <dir>',
    'the files to seal (default: docs, and made-up pieces when --sectors asks for more)',
  )
  .option('--sector-size <size>', '2KiB, 8MiB, 512MiB, 32GiB or 64GiB (default: 8MiB, of real proofs 2KiB)')
  .option(
    '--use-synthetic-porep',
    'seal new sectors with synthetic PoRep: their proofs are written down before the pre-commit',
  )
  .option('--sectors <n>', 'stop after n sectors, with a summary')
  .option('--miner <id>', 'miner actor id', '10000')
  .option('--epoch <duration>', "length of the mock chain's epoch", '1s')
  .option('--json', 'the summary as one JSON document');
logOptions(startCommand)
  .addHelpText(
    'after',
    examples('start', 'start --sector-size 2KiB --pieces ./files --sectors 3', 'start --proofs real'),
  )
  .action(async (options) => {
    const { start } = await import('./commands/start/start.js');
    await start(options);
  });
program
  .command('unseal')
  .description('write back every piece of a sealed sector (made by the built-in dev processors)')
  .argument('<sealed file>', 'as it lies in a store: sealed/s-t0<miner>-<n>, or update/… of an upgraded one')
  .requiredOption('--out <dir>', 'where the pieces go, one file each, named by piece CID')
  .option('--json', 'one JSON document')
  .addHelpText('after', examples('unseal .sealvisor/store/sealed/s-t010000-1 --out ./pieces'))
  .action(async (file: string, options) => {
    const { unsealFile } = await import('./commands/unseal.js');
    await unsealFile(file, options);
  });
program
  .command('tree')
  .description("a worker's supervisor tree: what runs, since when, how often it was started again, and why")
  .argument('[worker]', 'name as the manager knows it, or an address', undefined)
  .option(...managerOption)
  .option('--json', 'one JSON document')
  .option('--watch', 'again every two seconds, until Ctrl-C')
  .addHelpText('after', examples('tree', 'tree w1 --watch', 'tree 10.0.0.7:17890 --json'))
  .action(tree);
program
  .command('plans')
  .description('the kinds of jobs a sealing thread does, or one of them, state by state')
  .argument('[plan]', 'sealer, snapup, rebuild, unseal or wdpost')
  .addOption(new Option('--mermaid', 'as a chart for mermaid').conflicts(['json', 'markdown']))
  .addOption(new Option('--markdown', 'as docs/plans.md shows it').conflicts('json'))
  .option('--json', 'the table itself')
  .addHelpText('after', examples('plans', 'plans snapup', 'plans sealer --mermaid'))
  .action(async (plan: string | undefined, options) => {
    const { plans } = await import('./commands/plans.js');
    await plans(plan, options);
  });
program
  .command('processor')
  .description("programs that do a stage's heavy work")
  .command('check')
  .description('try a processor against the protocol, and say what is wrong with it and what to do')
  .argument('<bin>', 'the program, as `bin` in [[processors.<stage>]]')
  .argument('<stage>', 'the stage it does, such as tree_d')
  .argument('[args...]', 'arguments for the program, behind --')
  .option('--timeout <duration>', 'how long an answer may take', '30s')
  .option('--stable-wait <duration>', 'how long it may take until it is ready', '5s')
  .option('--task <file>', 'a task that it can do, as JSON (default: one that needs no sector)')
  .option('--json', 'one JSON document')
  .addHelpText(
    'after',
    `
Examples:
  sealvisor processor check ./my-pc1 pc1
  sealvisor processor check python3 tree_d -- tree_d.py
  sealvisor processor check ./gpu-c2 c2 --task c2-task.json --timeout 20min

Exit codes: 0 nothing failed, 1 a check failed, 2 no such stage or program`,
  )
  .action(async (bin: string, stage: string, args: string[], options) => {
    const { processorCheck } = await import('./commands/processor-check.js');
    await processorCheck(bin, stage, args, options);
  });

void run(program);
