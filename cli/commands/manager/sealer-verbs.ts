import type { Command } from 'commander';
import { cancel, jobs, rebuild, snapup, unseal, wdpostAdd } from './jobs.js';
import { abort, history, sectors } from './sealer.js';
import { act, examples } from './verbs.js';

const asInSectors = 'as in sectors: s-t010000-2';
const json = ['--json', 'one JSON document'] as const;
const reason = ['--reason <text>', 'kept with the job'] as const;
const again = ['--watch', 'again every two seconds, until Ctrl-C'] as const;

/** The verbs of `util sealer`. */
export function sealerCommands(sealer: Command): void {
  sealer
    .command('sectors')
    .description('the sectors that were given out, a line each')
    .option(...json)
    .option(...again)
    .addHelpText('after', examples('sealer sectors', 'sealer sectors --json'))
    .action(act(sectors));
  sealer
    .command('abort')
    .description(
      'give a sector up: its worker hears so with whatever it asks next; exit 3 when it was already',
    )
    .argument('<sector>', asInSectors)
    .option('--yes', 'do not ask when its pre-commit was submitted; scripts need it then')
    .option('--reason <text>', 'told to the worker')
    .option(...json)
    .addHelpText('after', examples('sealer abort s-t010000-2 --yes --reason "deal withdrawn"'))
    .action(act(abort));
  sealer
    .command('snapup')
    .description('have a finished sector without deals encoded again with pieces in it')
    .argument('<sector>', asInSectors)
    .requiredOption(
      '--pieces <dir>',
      "its files are the pieces, all of them; on the manager's machine, below its --pieces or --piece-roots",
    )
    .option(...reason)
    .option(...json)
    .addHelpText('after', examples('sealer snapup s-t010000-2 --pieces .sealvisor/upgrades'))
    .action(act(snapup));
  sealer
    .command('rebuild')
    .description('say that the files of a sector are lost, and have them made again')
    .argument('<sector>', asInSectors)
    .option(...reason)
    .option(...json)
    .addHelpText('after', examples('sealer rebuild s-t010000-2 --reason "disk 7 is gone"'))
    .action(act(rebuild));
  sealer
    .command('unseal')
    .description('have pieces of a finished sector written back as they were; a job for each')
    .argument('<sector>', asInSectors)
    .option('--piece <cid>', 'only this piece (default: all of them)')
    .requiredOption(
      '--dest <dir or url>',
      "a directory on the worker's machine, in or below one that its [sealvisor] unseal_roots lists, or an http(s) URL to PUT to; below a directory, or a URL that ends in /, each goes by its CID",
    )
    .option(...reason)
    .option(...json)
    .addHelpText(
      'after',
      examples(
        'sealer unseal s-t010000-2 --dest .sealvisor/unsealed',
        'sealer unseal s-t010000-2 --piece baga6ea4seaq… --dest https://store.example/pieces/42',
      ),
    )
    .action(act(unseal));
  sealer
    .command('wdpost')
    .description('proofs that sectors are still kept')
    .command('add')
    .description('have sectors proven over a fresh seed')
    .option('--sectors <list>', 'only these sectors, separated by commas (default: all that are finished)')
    .option(...reason)
    .option(...json)
    .addHelpText(
      'after',
      examples('sealer wdpost add', 'sealer wdpost add --sectors s-t010000-2,s-t010000-3'),
    )
    .action(act(wdpostAdd));
  historyVerb(sealer);
  jobVerbs(sealer);
}

function historyVerb(sealer: Command): void {
  sealer
    .command('history')
    .description('what a manager in front of another one (--upstream) saw of a sector, oldest first')
    .argument('<sector>', asInSectors)
    .option('--limit <n>', 'only the latest n (default: 1000)')
    .option(...json)
    .addHelpText('after', examples('sealer history s-t010000-2 --limit 20'))
    .action(act(history));
}

function jobVerbs(sealer: Command): void {
  const list = sealer
    .command('jobs')
    .description('snapups, rebuilds, unseals and window proofs that were asked for, a line each')
    .option(...json)
    .option(...again)
    .addHelpText('after', examples('sealer jobs --watch', 'sealer jobs cancel snapup-3'))
    .action(act(jobs));
  list
    .command('cancel')
    .description(
      'cancel a job: its worker hears so with its next heartbeat or report; exit 3 when it is over already',
    )
    .argument('<job>', 'as in jobs: snapup-3')
    .option('--reason <text>', 'told to the worker')
    .option(...json)
    .addHelpText('after', examples('sealer jobs cancel snapup-3 --reason "wrong pieces"'))
    .action(act(cancel));
}
