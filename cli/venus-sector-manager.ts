#!/usr/bin/env node
import { run } from './run.js';
import { daemonVerb, mockVerb, utilVerb } from './verbs/manager-verbs.js';
import { programOf } from './verbs/verb.js';

const program = programOf({
  name: 'venus-sector-manager',
  about: 'Manager of a sealing fleet: hands out sectors, collects heartbeats, controls workers',
  examples: [
    'mock --miner 10000 --sector-size 2KiB',
    'util worker list',
    'util worker info 127.0.0.1',
    'util worker resume 127.0.0.1 0 PC1Done',
    'util sealer abort s-t010000-2 --reason "deal withdrawn"',
    'util sealer unseal s-t010000-2 --dest .sealvisor/unsealed',
  ],
  exitCodes: '0 done, 1 failed, 2 wrong usage, 3 nothing changed, 4 unreachable',
  verbs: [mockVerb, daemonVerb, utilVerb],
});

void run(program);
