#!/usr/bin/env node
import { builtinStages } from '../src/protocol/stages.js';
import { logOptions } from './log/log-options.js';
import { run } from './run.js';
import { config } from './verbs/shared-options.js';
import { storeVerb } from './verbs/store-verbs.js';
import { anyOf, programOf, type Verb } from './verbs/verb.js';
import { workerVerb } from './verbs/worker-verbs.js';

const daemon: Verb = {
  name: 'daemon',
  about: 'run the worker until it is stopped (Ctrl-C: at a safe point; twice: at once)',
  options: [config, ...logOptions],
  examples: [
    'daemon -c venus-worker.toml',
    'daemon -c venus-worker.toml --log-format json --log-file /var/log/sealvisor/worker.log',
  ],
  run: async () => (await import('./commands/worker/daemon.js')).daemon,
};

/** Started by a worker for a `[[processors.<stage>]]`; not for use by hand. */
const processor: Verb = {
  name: 'processor',
  isHidden: true,
  about: 'do the tasks of a stage, one JSON line each on stdin, until stdin ends',
  args: [['<stage>', anyOf(builtinStages)]],
  run: async () => (await import('./commands/processor.js')).processor,
};

const program = programOf({
  name: 'venus-worker',
  about: 'Sealing worker: runs sealing threads and controls them',
  examples: [
    'daemon -c venus-worker.toml',
    'worker -c venus-worker.toml list',
    'worker -c venus-worker.toml pause --index 0',
    'worker -c venus-worker.toml resume --state PC1Done --index 0',
    'worker -c venus-worker.toml why --index 0',
  ],
  exitCodes: '0 done, 1 failed, 2 wrong usage, 3 nothing changed, 4 unreachable',
  verbs: [daemon, processor, workerVerb, storeVerb],
});

void run(program);
