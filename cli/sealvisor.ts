#!/usr/bin/env node
import { planNames } from '../src/protocol/plan-names.js';
import { sectorSizes } from '../src/protocol/sector.js';
import { builtinStages } from '../src/protocol/stages.js';
import { managerOption } from './commands/manager/ask.js';
import { tree } from './commands/tree.js';
import { logOptions } from './log/log-options.js';
import { run } from './run.js';
import { json, watch } from './verbs/shared-options.js';
import { anyOf, option, programOf, type Verb } from './verbs/verb.js';

const startVerb: Verb = {
  name: 'start',
  about:
    'run a manager (mock chain) and a worker with three sealing threads, and seal the pieces of a directory',
  options: [
    option(
      '--proofs <kind>',
      "dev: the built-in processors; real: Filecoin's own proofs (npm run proofs:build)",
      {
        choices: ['dev', 'real'],
        otherwise: 'dev',
      },
    ),
    option('--home <dir>', 'where everything is kept (default: .sealvisor, of real proofs .sealvisor/real)'),
    option(
      '--pieces <dir>',
      'the files to seal (default: docs, and made-up pieces when --sectors asks for more)',
    ),
    option('--sector-size <size>', `${anyOf(sectorSizes)} (default: 8MiB, of real proofs 2KiB)`),
    option(
      '--use-synthetic-porep',
      'seal new sectors with synthetic PoRep: their proofs are written down before the pre-commit',
    ),
    option('--sectors <n>', 'stop after n sectors, with a summary'),
    option('--miner <id>', 'miner actor id', { otherwise: '10000' }),
    option('--epoch <duration>', "length of the mock chain's epoch", { otherwise: '1s' }),
    option('--json', 'the summary as one JSON document'),
    ...logOptions,
  ],
  examples: ['start', 'start --sector-size 2KiB --pieces ./files --sectors 3', 'start --proofs real'],
  run: async () => (await import('./commands/start/start.js')).start,
};

const unsealVerb: Verb = {
  name: 'unseal',
  about: 'unseal every piece of a sealed sector (sealed by the built-in dev processors)',
  args: [['<sealed file>', 'as it lies in a store: sealed/s-t0<miner>-<n>, or update/… of an upgraded one']],
  options: [
    option('--out <dir>', 'where the pieces go, one file each, named by piece CID', { isRequired: true }),
    json,
  ],
  examples: ['unseal .sealvisor/store/sealed/s-t010000-1 --out ./pieces'],
  run: async () => (await import('./commands/unseal.js')).unsealFile,
};

const treeVerb: Verb = {
  name: 'tree',
  about: "show a worker's supervisor tree: what runs, since when, how often it was restarted, and why",
  args: [['[worker]', 'name as the manager knows it, or an address']],
  options: [option(...managerOption), json, watch],
  examples: ['tree', 'tree w1 --watch', 'tree 10.0.0.7:17890 --json'],
  run: () => tree,
};

const plansVerb: Verb = {
  name: 'plans',
  about: 'show the plans (kinds of jobs of a sealing thread), or one of them state by state',
  args: [['[plan]', anyOf(planNames)]],
  options: [
    option('--mermaid', 'as a chart for mermaid', { conflicts: ['json', 'markdown'] }),
    option('--markdown', 'as docs/plans.md shows it', { conflicts: ['json'] }),
    option('--json', 'the table itself'),
  ],
  examples: ['plans', 'plans snapup', 'plans sealer --mermaid'],
  run: async () => (await import('./commands/plans.js')).plans,
};

const processorVerb: Verb = {
  name: 'processor',
  about: "check programs that do a stage's heavy work",
  verbs: [
    {
      name: 'check',
      about: 'check a processor against the protocol, and say what is wrong and what to do',
      args: [
        ['<bin>', 'the program, as `bin` in [[processors.<stage>]]'],
        ['<stage>', `the stage it does: ${anyOf(builtinStages)}`],
        ['[args...]', 'arguments for the program, behind --'],
      ],
      options: [
        option('--timeout <duration>', 'how long an answer may take', { otherwise: '30s' }),
        option('--stable-wait <duration>', 'how long it may take until it is ready', { otherwise: '5s' }),
        option('--task <file>', 'a task that it can do, as JSON (default: one that needs no sector)'),
        json,
      ],
      examples: [
        'check ./my-pc1 pc1',
        'check python3 tree_d -- tree_d.py',
        'check ./gpu-c2 c2 --task c2-task.json --timeout 20min',
      ],
      exitCodes: '0 nothing failed, 1 a check failed, 2 no such stage or program',
      run: async () => (await import('./commands/processor-check.js')).processorCheck,
    },
  ],
};

const program = programOf({
  name: 'sealvisor',
  about: 'A complete local sealing fleet in one command, and tools for what it sealed',
  examples: [
    'start',
    'start --sector-size 2KiB --pieces ./files --sectors 3',
    'unseal .sealvisor/store/sealed/s-t010000-1 --out ./pieces',
    'tree local --watch',
    'plans snapup --mermaid',
    'processor check python3 tree_d -- tree_d.py',
  ],
  verbs: [startVerb, unsealVerb, treeVerb, plansVerb, processorVerb],
});

void run(program);
