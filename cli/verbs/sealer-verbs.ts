/** `venus-sector-manager util sealer …`: sectors that were given out, and jobs for finished ones. */
import { managerOption } from '../commands/manager/ask.js';
import { cancel, jobs, rebuild, snapup, unseal, wdpostAdd } from '../commands/manager/jobs.js';
import { abort, history, sectors } from '../commands/manager/sealer.js';
import { json, watch } from './shared-options.js';
import { option, type Verb } from './verb.js';

const sector = ['<sector>', 'as in sectors: s-t010000-2'] as const;
const reason = option('--reason <text>', 'the reason, kept with the job');
const told = option('--reason <text>', 'the reason, sent to the worker');

const sectorVerbs: readonly Verb[] = [
  {
    name: 'sectors',
    about: 'list the sectors that were handed out, one line each',
    options: [json, watch],
    examples: ['sectors', 'sectors --json'],
    run: () => sectors,
  },
  {
    name: 'abort',
    about: 'abort a sector: its worker is notified with its next request; exit 3 when it was aborted already',
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
    about: 'upgrade a finished sector without deals: encode pieces into it',
    args: [sector],
    options: [
      option(
        '--pieces <dir>',
        "directory whose files are the pieces; on the manager's machine, in or below its --pieces or --piece-roots",
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
    about: 'rebuild a sector whose files are lost',
    args: [sector],
    options: [reason, json],
    examples: ['rebuild s-t010000-2 --reason "disk 7 is gone"'],
    run: () => rebuild,
  },
  {
    name: 'unseal',
    about: 'unseal pieces of a finished sector, one job per piece',
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
    about: 'prove that sectors are still stored (window proofs)',
    verbs: [
      {
        name: 'add',
        about: 'request a window proof with a fresh seed',
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
    about: 'show what a manager in front of another one (--upstream) saw of a sector, oldest first',
    args: [sector],
    options: [option('--limit <n>', 'only the latest n (default: 1000)'), json],
    examples: ['history s-t010000-2 --limit 20'],
    run: () => history,
  },
  {
    name: 'jobs',
    about: 'list requested snapups, rebuilds, unseals and window proofs, one line each',
    options: [json, watch],
    examples: ['jobs --watch', 'jobs cancel snapup-3'],
    run: () => jobs,
    verbs: [
      {
        name: 'cancel',
        about:
          'cancel a job: its worker is notified with its next heartbeat or report; exit 3 when it is over already',
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
  about: 'show and abort sectors, and request work on finished ones',
  options: [option(...managerOption)],
  verbs: [...sectorVerbs, ...jobVerbs],
};
