/** One job, as routes and commands show it. */

import { timestamp } from '../../protocol/clock.js';
import type { JobFacts, JobView } from '../../protocol/job-view.js';
import { formatSectorId } from '../../protocol/sector.js';
import { someOf } from '../../protocol/some-of.js';
import type { Job, JobLife, JobTask } from './life.js';
import { shownDest } from './unseal-dest.js';

export function jobView({ id, life }: Job): JobView {
  const { task, sector, state, worker, asked, failure, end } = life;
  return {
    id,
    kind: task.kind,
    sector: sector && formatSectorId(sector),
    state,
    since: timestamp(life.sinceMs),
    planState: life.planState,
    worker: worker && { name: worker.Instance, location: worker.Location },
    isHeld: life.isHeld,
    given: life.given,
    asked: { by: asked.by, reason: asked.reason, at: timestamp(asked.atMs) },
    failure: failure && { level: failure.Level, message: failure.Desc },
    result: state === 'done' ? resultOf(life) : null,
    error: end,
    facts: factsOf(task),
  };
}

function resultOf({ task }: JobLife): string {
  switch (task.kind) {
    case 'snapup':
      return `upgraded with ${countText(task.pieces.length, 'piece')}`;
    case 'rebuild':
      return `rebuilt in store ${task.persistedIn}`;
    case 'unseal':
      return `delivered to ${shownDest(task.dest)}`;
    case 'wdpost': {
      const { proofs = 0, faults = [] } = task.output ?? {};
      const found = faults.length === 0 ? 'no faults' : `faults: ${someOf(namesOf(task.miner, faults))}`;
      return `${countText(proofs, 'proof')}, ${found}`;
    }
  }
}

function factsOf(task: JobTask): JobFacts {
  switch (task.kind) {
    case 'snapup':
      return { pieces: task.pieces.map(({ Piece }) => Piece.Cid['/']) };
    case 'rebuild':
      return { persistedIn: task.persistedIn };
    case 'unseal':
      return { piece: task.cid, dest: shownDest(task.dest) };
    case 'wdpost':
      return {
        sectors: namesOf(task.miner, task.numbers),
        proofs: task.output?.proofs ?? null,
        faults: task.output && namesOf(task.miner, task.output.faults),
      };
  }
}

const namesOf = (miner: number, numbers: readonly number[]) =>
  numbers.map((number) => formatSectorId({ miner, number }));

export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
