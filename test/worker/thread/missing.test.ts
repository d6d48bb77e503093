/** What a sector lacks for a state of its plan, in the operator's words. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { plans } from '#machines/index.js';
import { emptyRecord, type ThreadRecord } from '#machines/thread-record.js';
import { missingText } from '#src/worker/thread/missing.js';
import { sector } from '../../tools/machines/setup.js';
import { freshDir } from '../../tools/worker/setup.js';

/** A sector with those outputs, and with its staged data and nothing else on disk. */
function setup(plan: string, keys: readonly string[]) {
  const location = freshDir();
  const dir = join(location, 'sectors', sector.id);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'staged'), 'data');
  const outputs: Record<string, unknown> = Object.fromEntries(keys.map((key) => [key, {}]));
  const record: ThreadRecord = { ...emptyRecord(plan, '2026-11-27T00:00:00.000Z'), sector, outputs };
  return { location, record };
}

const toTicket = ['deals', 'pieces', 'tree_d', 'ticket'];

test.each<[keyof typeof plans, string, readonly string[], string]>([
  [
    'sealer',
    'C2Done',
    [...toTicket, 'pc1', 'pc2', 'pre_commit', 'persisted', 'seed', 'c1'],
    'no C2 output yet',
  ],
  ['sealer', 'C2Done', toTicket, 'no PC1 output yet'],
  ['sealer', 'PC2Done', [...toTicket, 'pc1'], 'no PC2 output yet'],
  ['sealer', 'TicketAssigned', ['deals', 'pieces', 'tree_d'], 'AssignTicket is not done yet'],
  ['sealer', 'TicketAssigned', toTicket, 'the tree of the data is missing'],
  ['sealer', 'SyntheticPoRepNeeded', toTicket, 'only a sector with synthetic PoRep has this state'],
  ['sealer', 'Finished', ['proof'], 'an operator cannot send a sector there'],
  ['snapup', 'SnapProved', ['deals', 'source', 'pieces', 'tree_d'], 'no SnapEncode output yet'],
  ['snapup', 'PieceAdded', ['deals', 'source', 'pieces'], 'the staged data of the upgrade is missing'],
  ['unseal', 'Unsealed', ['unseal'], 'no Unseal output yet'],
])('%s, to %s with %j: %s', (plan, state, keys, text) => {
  const { location, record } = setup(plan, keys);
  expect(missingText(plans[plan], location, record, state)).toBe(text);
});

test('an output whose file is gone is not said to be one that was never made', () => {
  const { location, record } = setup('sealer', toTicket);
  const outputs = { ...record.outputs, pc1: { putAside: 'pc1.json', bytes: 5, digest: 'x' } };
  const text = missingText(plans.sealer, location, { ...record, outputs }, 'PC1Done');
  expect(text).toBe('the file outputs/pc1.json is missing or incomplete');
});
