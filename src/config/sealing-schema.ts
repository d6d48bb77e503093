/** `[sealing]` and `[[sealing_thread]]`, and `<location>/config.toml`. */
import type * as z from 'zod';
import { hasFiles } from '../../machines/plan.js';
import { plans } from '../../machines/plans/index.js';
import { planNames } from '../protocol/plan-names.js';
import * as field from './field-types.js';
import { key, section } from './key-facts.js';

const { list, table } = field;

export const sealingTable = section(
  '[sealing]',
  'How every thread seals; `[[sealing_thread]]` and `<location>/config.toml` override each key.',
  {
    allowed_miners: key(
      list(field.minerNumber, 'a list of miner numbers'),
      'The miners whose sectors are taken, by actor number.',
      { example: [10000], applied: 'reload', otherwise: 'all' },
    ),
    allowed_sizes: key(list(field.sectorSize, 'a list of sector sizes'), 'The sector sizes that are taken.', {
      example: ['32GiB', '64GiB'],
      applied: 'reload',
      otherwise: 'all',
    }),
    enable_deals: key(field.flag, 'Whether deals are requested for each new sector.', {
      example: true,
      applied: 'reload',
    }),
    disable_cc: key(
      field.flag,
      'Whether a sector waits until it has a deal, instead of being sealed empty; needs `enable_deals`.',
      { example: true, applied: 'reload' },
    ),
    max_deals: key(field.count, 'The most deals in one sector.', {
      example: 3,
      applied: 'reload',
      otherwise: 'as many as fit',
    }),
    min_deal_space: key(
      field.sizeOrBytes,
      'The least space that deals must fill for a sector to take them.',
      { example: '8GiB', applied: 'reload', otherwise: 'none' },
    ),
    max_retries: key(
      field.count,
      'How many times in a row a stage is repeated after temporary failures, before its thread pauses.',
      { example: 3, applied: 'reload' },
    ),
    seal_interval: key(field.interval, 'The pause between two sectors of a thread.', {
      example: '1min',
      applied: 'reload',
    }),
    recover_interval: key(
      field.interval,
      'The wait before a stage is repeated, and before a job or deals are requested again.',
      { example: '2min', applied: 'reload' },
    ),
    rpc_polling_interval: key(
      field.interval,
      'The time between two looks at a message on chain, and, with an upstream manager, between two requests whether an unchanged sector was aborted there.',
      { example: '5min', applied: 'reload' },
    ),
    ignore_proof_check: key(
      field.flag,
      'Whether C2 proofs are submitted without being verified here first.',
      { example: true, applied: 'reload' },
    ),
    request_task_max_retries: key(
      field.count,
      'How many times a thread that waits for deals is answered that there are none before it reads `<location>/config.toml` again.',
      { example: 10, applied: 'reload' },
    ),
    verify_after_pc2: key(
      field.flag,
      'Whether C1 is run once after PC2, with a seed of its own, to find a sector that cannot be proven before the pre-commit.',
      { example: true, applied: 'reload' },
    ),
  },
);

/** Plans whose threads need no directory of their own. */
const withoutFiles = planNames.filter((name) => !hasFiles(plans[name]));
const locationNeeded = `a text in quotes (only plan ${withoutFiles.join(', ')} does without a store)`;

export const threadTable = section(
  '[[sealing_thread]]',
  'One table for each thread, at least one. A thread is identified by its location; its index is its place in the file.',
  {
    location: key(
      field.text,
      'The directory of the thread: its record and the current sector; relative to the working directory.',
      {
        example: '/mnt/nvme2/store',
        applied: 'reload',
        otherwise: `required, except with plan ${withoutFiles.join(', ')}`,
      },
    ),
    plan: key(
      field.choice(planNames),
      'The kind of jobs the thread does ([plans](plans.md)); the current job keeps its own.',
      { example: 'snapup', applied: 'reload' },
    ),
    sealing: key(sealingTable, 'Any key of `[sealing]`, for this thread.', {
      example: { allowed_miners: [10001] },
      applied: 'reload',
      otherwise: 'as in `[sealing]`',
    }),
  },
);

export const threadTables = list(
  threadTable.refine(
    ({ location, plan }) => location !== undefined || withoutFiles.includes(plan ?? 'sealer'),
    {
      path: ['location'],
      message: locationNeeded,
    },
  ),
  'at least one [[sealing_thread]] with its location',
).min(1, 'at least one [[sealing_thread]] with its location');

/** `<location>/config.toml`: like a `[[sealing_thread]]`, but it cannot change the location. */
export const hotTable = table({
  location: key(field.text, 'No effect, with one warning: a thread cannot be moved by it.', {
    example: '/mnt/nvme2/store',
    applied: 'never',
  }),
  plan: key(field.choice(planNames), 'As in `[[sealing_thread]]`; the current job keeps its own.', {
    example: 'snapup',
    applied: 'reload',
  }),
  sealing: key(sealingTable, 'A table with any key of `[sealing]`.', {
    example: { allowed_miners: [10001] },
    applied: 'reload',
  }),
});

export type SealingTable = z.output<typeof sealingTable>;
