/** `venus-sector-manager util sealer …`: the sectors that were given out, and what else is done with those that are kept. */
import { managerOption } from '../commands/manager/ask.js';
import { cancel, jobs, rebuild, snapup, unseal, wdpostAdd } from '../commands/manager/jobs.js';
import { abort, history, sectors } from '../commands/manager/sealer.js';
import { json, watch } from './shared-options.js';
import { option, type Verb } from './verb.js';

const sector = ['<sector>', 'as in sectors: s-t010000-2'] as const;
const reason = option('--reason <text>', 'kept with the job');
const told = option('--reason <text>', 'told to the worker');

const sectorVerbs: readonly Verb[] = [
  {
    name: 'sectors',
    about: 'the sectors that were given out, a line each',
    options: [json, watch],
    examples: ['sectors', 'sectors --json'],
    run: () => sectors,
  },
  {
    name: 'abort',
    about: 'give a sector up: its worker hears so with whatever it asks next; exit 3 when it was already',
    args: [sector],
    options: [
      option('--yes', 'do not ask when its pre-commit was submitted; scripts need it then'),
      told,
      json,
    ],
    examples: ['abort s-t010000-2 --yes --reason "deal withdrawn"'],
    run: () => abort,
  },
];

const jobVerbs: readonly Verb[] = [
  {
    name: 'snapup',
    about: 'have a finished sector without deals encoded again with pieces in it',
    args: [sector],
    options: [
      option(
        '--pieces <dir>',
        "its files are the pieces, all of them; on the manager's machine, below its --pieces or --piece-roots",
        { isRequired: true },
      ),
      reason,
      json,
    ],
    examples: ['snapup s-t010000-2 --pieces .sealvisor/upgrades'],
    run: () => snapup,
  },
  {
    name: 'rebuild',
    about: 'say that the files of a sector are lost, and have them made again',
    args: [sector],
    options: [reason, json],
    examples: ['rebuild s-t010000-2 --reason "disk 7 is gone"'],
    run: () => rebuild,
  },
  {
    name: 'unseal',
    about: 'have pieces of a finished sector written back as they were; a job for each',
    args: [sector],
    options: [
      option('--piece <cid>', 'only this piece (default: all of them)'),
      option(
        '--dest <dir or url>',
        "a directory on the worker's machine, in or below one that its [sealvisor] unseal_roots lists, or an http(s) URL to PUT to; below a directory, or a URL that ends in /, each goes by its CID",
        { isRequired: true },
      ),
      reason,
      json,
    ],
    examples: [
      'unseal s-t010000-2 --dest .sealvisor/unsealed',
      'unseal s-t010000-2 --piece baga6ea4seaq… --dest https://store.example/pieces/42',
    ],
    run: () => unseal,
  },
  {
    name: 'wdpost',
    about: 'proofs that sectors are still kept',
    verbs: [
      {
        name: 'add',
        about: 'have sectors proven over a fresh seed',
        options: [
          option(
            '--sectors <list>',
            'only these sectors, separated by commas (default: all that are finished)',
          ),
          reason,
          json,
        ],
        examples: ['add', 'add --sectors s-t010000-2,s-t010000-3'],
        run: () => wdpostAdd,
      },
    ],
  },
  {
    name: 'history',
    about: 'what a manager in front of another one (--upstream) saw of a sector, oldest first',
    args: [sector],
    options: [option('--limit <n>', 'only the latest n (default: 1000)'), json],
    examples: ['history s-t010000-2 --limit 20'],
    run: () => history,
  },
  {
    name: 'jobs',
    about: 'snapups, rebuilds, unseals and window proofs that were asked for, a line each',
    options: [json, watch],
    examples: ['jobs --watch', 'jobs cancel snapup-3'],
    run: () => jobs,
    verbs: [
      {
        name: 'cancel',
        about:
          'cancel a job: its worker hears so with its next heartbeat or report; exit 3 when it is over already',
        args: [['<job>', 'as in jobs: snapup-3']],
        options: [told, json],
        examples: ['cancel snapup-3 --reason "wrong pieces"'],
        run: () => cancel,
      },
    ],
  },
];

export const sealerVerb: Verb = {
  name: 'sealer',
  about: 'the sectors that were given out: see them, give one up, have work done on those that are kept',
  options: [option(...managerOption)],
  verbs: [...sectorVerbs, ...jobVerbs],
};
