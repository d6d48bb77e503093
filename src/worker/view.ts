/** The worker's public view. */
import type { WorkerRecord } from '../../machines/worker-record.js';
import { summarize, type ThreadView } from '../protocol/thread.js';
import type { ManagerFacts, WorkerView } from '../protocol/worker.js';
import type { WorkerLife } from '../protocol/worker-life.js';
import type { Places } from './desk/places.js';
import type { Desk } from './desk/words.js';
import { drainView } from './drain.js';
import type { Processors } from './processors/processors.js';

export interface WorkerFactsNow {
  readonly id: string;
  readonly incarnation: string;
  readonly manager: ManagerFacts;
  readonly name: string;
  readonly version: string;
  readonly life: WorkerLife;
  readonly record: WorkerRecord;
  readonly threads: readonly ThreadView[];
  readonly desk: Pick<Desk, 'limits' | 'breakers'>;
  readonly stores: Places['stores'];
  readonly processors: Pick<Processors, 'frozen'>;
}

export function workerView(facts: WorkerFactsNow): WorkerView {
  const { id, incarnation, manager, name, version, life, record, threads, desk, stores, processors } = facts;
  const frozen = processors.frozen();
  return {
    id,
    incarnation,
    name,
    version,
    life,
    manager,
    cordon: record.cordon,
    drain: record.drain && drainView(record.drain, threads),
    limits: desk.limits().map((each) => {
      const byHand = record.limits[each.name];
      const isInForce = byHand?.limit === each.limit && byHand.configured === each.configured;
      return isInForce && byHand.set ? { ...each, set: byHand.set } : each;
    }),
    breakers: desk.breakers(),
    stores: stores(),
    counts: summarize(threads),
    ...(frozen.length > 0 ? { frozen } : {}),
  };
}
