import type { ThreadRecord } from '../../../machines/thread-record.js';
import { parseSectorId } from '../../protocol/sector.js';
import type { Row } from '../../protocol/thread.js';
import type { ThreadSetup } from '../border/setup.js';
import type { SectorReport } from './report.js';

type Teller = Pick<ThreadSetup, 'workerName' | 'location'>;

/** What the manager is told of a change (`ReportState`), if it is one of a sector. */
export function stateReport(record: ThreadRecord, row: Row, setup: Teller): SectorReport | undefined {
  const id = row.sector === null ? undefined : parseSectorId(row.sector);
  if (!id || row.event === 'Released') return undefined;
  const failure = row.level === null ? standing(record) : { Level: row.level, Desc: row.message ?? '' };
  return reportOf(id, record.given, setup, failure, {
    Prev: row.from ?? record.state,
    Next: row.to ?? record.state,
    Event: row.event ?? row.command ?? '',
  });
}

/** What the manager is told when a thread starts from its record: its sector as it is, so that the answer is heard. */
export function presentReport(record: ThreadRecord, setup: Teller): SectorReport | undefined {
  const { sector, state } = record;
  if (sector === null) return undefined;
  const id = { miner: sector.miner, number: sector.number };
  return reportOf(id, record.given, setup, standing(record), { Prev: state, Next: state, Event: '' });
}

type Failure = SectorReport['body']['Failure'];

/** The error a thread stands at: a pause or a command does not take it away. */
function standing({ lastError }: ThreadRecord): Failure {
  return lastError ? { Level: lastError.level, Desc: lastError.message } : null;
}

function reportOf(
  id: SectorReport['id'],
  given: SectorReport['given'],
  { workerName, location }: Teller,
  failure: Failure,
  change: SectorReport['body']['StateChange'],
): SectorReport {
  const worker = { Instance: workerName, Location: location };
  return { id, body: { Worker: worker, StateChange: change, Failure: failure }, ...(given ? { given } : {}) };
}
