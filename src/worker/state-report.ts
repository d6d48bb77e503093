import type { Row } from '../../machines/record-changes.js';
import type { ThreadRecord } from '../../machines/thread-record.js';
import type { StateReport } from '../protocol/sealer.js';
import { parseSectorId, type SectorId } from '../protocol/sector.js';
import type { ThreadSetup } from './thread-setup.js';

/** What the manager is told of a change (`ReportState`), if it is one of a sector. */
export function stateReport(
  record: ThreadRecord,
  row: Row,
  setup: Pick<ThreadSetup, 'workerName' | 'location'>,
): { readonly id: SectorId; readonly body: StateReport } | undefined {
  const id = row.sector === null ? undefined : parseSectorId(row.sector);
  if (!id || row.event === 'Released') return undefined;
  const failure = row.level === null ? null : { Level: row.level, Desc: row.message ?? '' };
  return {
    id,
    body: {
      Worker: { Instance: setup.workerName, Location: setup.location },
      StateChange: {
        Prev: row.from ?? record.state,
        Next: row.to ?? record.state,
        Event: row.event ?? row.command ?? '',
      },
      Failure: failure,
    },
  };
}
