#!/usr/bin/env node
import { Command, Option } from 'commander';
import { managerOption } from './commands/manager/ask.js';
import { resumeVerb } from './commands/manager/resume-verb.js';
import { sealerCommands } from './commands/manager/sealer-verbs.js';
import { act, examples } from './commands/manager/verbs.js';
import { info, list, pause, remove } from './commands/manager/workers.js';
import { waitOptions } from './commands/wait-options.js';
import { logOptions } from './log/log-options.js';
import { run } from './run.js';

const program = new Command('venus-sector-manager')
  .description('The manager of a sealing fleet: hands out sectors, collects heartbeats, steers workers')
  .option('--debug', 'show traces with errors')
  .addHelpText(
    'after',
    `
Examples:
  venus-sector-manager mock --miner 10000 --sector-size 2KiB
  venus-sector-manager util worker list
  venus-sector-manager util worker info 127.0.0.1
  venus-sector-manager util worker resume 127.0.0.1 0 PC1Done
  venus-sector-manager util sealer abort s-t010000-2 --reason "deal withdrawn"
  venus-sector-manager util sealer unseal s-t010000-2 --dest .sealvisor/unsealed

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 nothing changed, 4 unreachable`,
  );

const daemonOptions = (command: Command) =>
  logOptions(command)
    .option('--miner <id>', 'miner actor id', '10000')
    .option('--sector-size <size>', '2KiB, 8MiB, 512MiB, 32GiB or 64GiB', '8MiB')
    .option(
      '--use-synthetic-porep',
      'seal new sectors with synthetic PoRep: their proofs are written down before the pre-commit',
    )
    .option('--listen <host:port>', 'where to listen', '127.0.0.1:1789')
    .option(
      '--home <dir>',
      'where the state is kept (default: $XDG_STATE_HOME/sealvisor, or what 0.1.0 left in this directory)',
    )
    .option('--pieces <dir>', 'make deals from the files of this directory')
    .option('--epoch <duration>', "length of the mock chain's epoch", '1s')
    .option(
      '--fail-messages <n>',
      'the first n messages of a kind for each sector fail on the mock chain',
      '0',
    )
    .option(
      '--job-heartbeat <duration>',
      "a job whose worker is not heard of for so long is another's (a window proof at any time, others until the first word)",
      '1m',
    )
    .option(
      '--piece-roots <list>',
      'further directories that pieces may be read from, with commas between: those of upgrades (`util sealer snapup`) and of earlier runs',
    )
    .option(
      '--worker-addresses <list>',
      'addresses, ranges and names that workers may be dialled at, with commas between (default: the address that a report came from)',
    )
    .option(
      '--names <list>',
      'names under which it may be asked, with commas between (its addresses, localhost and the name of the machine always work)',
    )
    .action(async (options) => {
      const { daemon } = await import('./commands/manager/daemon.js');
      await daemon(options);
    });

daemonOptions(program.command('mock').description('run a manager over a mock chain')).addHelpText(
  'after',
  `
Examples:
  venus-sector-manager mock --sector-size 2KiB --pieces ./files
  venus-sector-manager mock --listen 0.0.0.0:1789 --names seal.lan --home /var/lib/sealvisor`,
);
/** Of a manager that gives out sectors itself. */
const chainOnly = ['miner', 'sectorSize', 'pieces', 'epoch', 'failMessages', 'jobHeartbeat', 'pieceRoots'];

daemonOptions(
  program
    .command('daemon')
    .description('the manager')
    .command('run')
    .description(
      'run a manager (its chain is a mock one), or put one in front of another manager (--upstream)',
    ),
)
  .addOption(
    new Option(
      '--upstream <address>',
      'pass jobs and chain calls on to this manager (damocles, venus-cluster or ours): a URL, host:port or multiaddr (default: none, it gives out sectors itself)',
    ).conflicts(chainOnly),
  )
  .addHelpText(
    'after',
    `
Examples:
  venus-sector-manager daemon run --home /var/lib/sealvisor --log-file /var/log/sealvisor/manager.log
  venus-sector-manager daemon run --upstream http://10.0.0.2:1789 --listen 0.0.0.0:1790 --home /var/lib/sealvisor-front`,
  );

const util = program.command('util').description('tools');
const worker = util
  .command('worker')
  .description('see and steer the workers that reported')
  .option(...managerOption);
const sealer = util
  .command('sealer')
  .description(
    'the sectors that were given out: see them, give one up, have work done on those that are kept',
  )
  .option(...managerOption);

const target = 'name as in list, or an address';

worker
  .command('list')
  .description('the workers that reported, a line each')
  .option('--expiration <duration>', 'mark a report older than this', '10m')
  .option('--json', 'one JSON document')
  .option('--wide', 'version, running and waiting as well')
  .option('--watch', 'again every two seconds, until Ctrl-C')
  .addHelpText('after', examples('worker list --wide', 'worker list --expiration 2m --watch'))
  .action(act(list));
worker
  .command('info')
  .description('the threads of one worker')
  .argument('<worker>', target)
  .option('--json', 'one JSON document')
  .option('--wide', 'plan, mode, stage, percent and time left as well')
  .option('--watch', 'again every two seconds, until Ctrl-C')
  .addHelpText('after', examples('worker info w1', 'worker info 10.0.0.7:17890 --wide'))
  .action(act(info));
const pauseVerb = worker
  .command('pause')
  .description('pause a thread of a worker')
  .argument('<worker>', target)
  .argument('<index>', 'thread, as in info')
  .addOption(new Option('--now', 'abort the running stage; it starts over at resume').conflicts('freeze'))
  .option('--freeze', "stop the stage's own process where it stands; it goes on from there at resume")
  .option('--reason <text>', 'kept in the history')
  .option('--json', 'one JSON document')
  .addHelpText(
    'after',
    examples('worker pause w1 0 --reason "swap disk"', 'worker pause 127.0.0.1 0 --wait --timeout 4h'),
  );
waitOptions(pauseVerb).action(act(pause));
resumeVerb(worker);
worker
  .command('remove')
  .description('forget a worker that reported')
  .argument('<name>', 'name as in list')
  .option('--json', 'one JSON document')
  .addHelpText('after', examples('worker remove w1'))
  .action(act(remove));

sealerCommands(sealer);

void run(program);
