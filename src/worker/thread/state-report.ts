import type { ThreadRecord } from '../../../machines/thread-record.js';
import { parseSectorId } from '../../protocol/sector.js';
import type { Row } from '../../protocol/thread.js';
import type { ThreadSetup } from '../border/setup.js';
import type { SectorReport } from './report.js';

type Teller = Pick<ThreadSetup, 'workerName' | 'location'>;

/** The report of a change (`ReportState`); undefined if it is not about a sector, or only releases it. */
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

/** The report of the current state when a thread starts, to get the manager's answer; undefined if it has no sector. */
export function presentReport(record: ThreadRecord, setup: Teller): SectorReport | undefined {
  const { sector, state } = record;
  if (sector === null) return undefined;
  const id = { miner: sector.miner, number: sector.number };
  return reportOf(id, record.given, setup, standing(record), { Prev: state, Next: state, Event: '' });
}

type Failure = SectorReport['body']['Failure'];

/** The thread's last error: a pause or a command does not clear it in reports. */
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
