import type { HistoryRow } from '../../../src/protocol/thread.js';
import type { WorkerNews } from '../../../src/protocol/worker.js';
import type { Snapshot } from '../../../src/worker/event-hub.js';
import { answer, answerJson, answerJsonLines, tell } from '../../output/say.js';
import { rowLines } from '../../output/transition.js';
import { askAt, baseOf, checkIndex, type Where } from './ask.js';

export interface HistoryOptions extends Where {
  readonly index: number;
  readonly sector?: string;
  readonly limit?: string;
  readonly follow?: boolean;
}

/** A thread's rows, oldest first, one per line; with `follow` also new rows, until Ctrl-C. */
export async function history(options: HistoryOptions): Promise<void> {
  const { index, json = false } = options;
  const base = await baseOf(options);
  const rows = (facts: Readonly<Record<string, string | undefined>>) =>
    askAt<HistoryRow[]>(base, 'GET', pathOf(index, { sector: options.sector, ...facts }));
  const isFollowing = options.follow === true;
  if (!isFollowing) {
    const found = await rows({ limit: options.limit });
    if (json) answerJson(found);
    else print(index, found, false);
    return;
  }
  // The last printed row: after a lost connection only later rows are requested, and none is printed twice.
  let last: number | undefined;
  const tellNew = (found: readonly HistoryRow[]) => {
    print(
      index,
      found.filter(({ seq }) => last === undefined || seq > last),
      json,
    );
    last = found.at(-1)?.seq ?? last;
  };
  const url = `${base}/api/v1/events?thread=${index}&types=row`;
  const onLost = (fault: Error) =>
    tell(`warning: ${fault.message}; the worker is asked again until it answers`);
  // Only loaded for `--follow`.
  const { workerEvents } = await import('../../../src/fleet/event-client.js');
  for await (const event of workerEvents<WorkerNews | Snapshot>({ url, onLost })) {
    if (event.type === 'reset')
      tellNew(await rows(last === undefined ? { limit: options.limit } : { after: String(last) }));
    else if (event.type === 'row' && isOf(options.sector, event.row)) tellNew([event.row]);
  }
}

const isOf = (sector: string | undefined, row: HistoryRow) => sector === undefined || row.sector === sector;

function pathOf(index: number, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return `/api/v1/threads/${checkIndex(index)}/history?${new URLSearchParams(given)}`;
}

/** One write for all rows. */
function print(index: number, rows: readonly HistoryRow[], isJson: boolean): void {
  if (rows.length === 0) return;
  const today = new Date().toISOString().slice(0, 10);
  if (isJson) answerJsonLines(rows);
  else answer(rowLines(index, rows, today));
}
