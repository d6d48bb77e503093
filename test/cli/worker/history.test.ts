/** `worker history`: the rows that are there, and with --follow those to come, each once. */
import { expect, onTestFinished, test } from 'vitest';
import { history } from '#cli/commands/worker/history.js';
import { serve } from '#src/http/serve.js';
import type { HistoryQuery, HistoryRow } from '#src/protocol/thread.js';
import { captured, listening, rowOf } from '../../tools/cli/setup.js';
import { start } from '../../tools/e2e/setup.js';
import { workerDoors } from '../../tools/http/setup.js';
import { viewOf } from '../../tools/protocol/views.js';

const said = captured();

const row = (seq: number, facts: Partial<HistoryRow> = {}) => rowOf({ seq, event: `E${seq}`, ...facts });

/** A thread with these rows, which a query chooses from as the store does. */
function kept(rows: readonly HistoryRow[]) {
  const queries: HistoryQuery[] = [];
  const own = {
    history: async (_index: number, query: HistoryQuery) => {
      queries.push(query);
      const { after = 0, limit = rows.length, sector } = query;
      const found = rows.filter((each) => each.seq > after && (sector ?? each.sector) === each.sector);
      return JSON.stringify(found.slice(-limit));
    },
  };
  return { queries, own };
}

test('the rows are a line each, those of another day with their date', async () => {
  const at = new Date().toISOString();
  const { own, queries } = kept([row(1), row(2, { at })]);
  const { worker } = await listening([viewOf()], own);
  await history({ worker, index: 0 });
  expect(queries).toEqual([{}]);
  expect(said.out.split('\n')).toEqual([
    expect.stringMatching(/^2026-11-22 10:00:17 #0 s-t010000-2 C1Done -> C2Done|^10:00:17 #0/),
    `${at.slice(11, 19)} #0 s-t010000-2 C1Done -> C2Done (C2 1.23s)`,
    '',
  ]);
});

test('--sector and --limit choose; --json is one document', async () => {
  const { own, queries } = kept([row(1), row(2), row(3, { sector: 's-t010000-9' })]);
  const { worker } = await listening([viewOf()], own);
  await history({ worker, index: 0, sector: 's-t010000-2', limit: '1', json: true });
  expect(queries).toEqual([{ sector: 's-t010000-2', limit: 1 }]);
  expect(JSON.parse(said.out)).toEqual([row(2)]);
});

test('a thread without rows prints none; as JSON it is an empty list', async () => {
  const { worker } = await listening([viewOf()], kept([]).own);
  await history({ worker, index: 0 });
  expect(said.out).toBe('');
  await history({ worker, index: 0, json: true });
  expect(JSON.parse(said.out)).toEqual([]);
});

test.each([
  [{ limit: 'many' }, 'limit'],
  [{ limit: '0' }, 'limit'],
  [{ sector: 'two' }, 'sector'],
])('%j is refused by name', async (facts, name) => {
  const { worker } = await listening([viewOf()], kept([]).own);
  await expect(history({ worker, index: 0, ...facts })).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining(name),
  });
});

test('ten thousand rows are one write', async () => {
  const rows = Array.from({ length: 10_000 }, (_, n) => row(n + 1));
  const { worker } = await listening([viewOf()], kept(rows).own);
  let writes = 0;
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text: string | Uint8Array) => {
    writes += 1;
    return write(text);
  };
  onTestFinished(() => {
    process.stdout.write = write;
  });
  await history({ worker, index: 0 });
  expect(writes).toBe(1);
  expect(said.out.split('\n')).toHaveLength(10_001);
});

test('--follow goes on behind what was there, also over a worker that is started again, each row once', async () => {
  const rows = [row(1), row(2)];
  const { own } = kept(rows);
  const first = await listening([viewOf(), viewOf({ index: 1 })], own);
  const { port } = first.served;
  const args = [
    'worker',
    '--worker',
    first.worker,
    'history',
    '--index',
    '0',
    '--limit',
    '1',
    '--follow',
    '--json',
  ];
  const command = start('venus-worker', args);
  await command.line(/"seq":2,/);
  const happens = (doors: Pick<typeof first, 'events'>, next: HistoryRow) => {
    rows.push(next);
    doors.events.publish({ type: 'row', index: 0, row: next });
  };
  happens(first, row(3));
  first.events.publish({ type: 'row', index: 1, row: row(77) });
  await command.line(/"seq":3,/);

  await first.served.close();
  await command.line(/^warning: .* asked again/);
  rows.push(row(4));
  const second = workerDoors([viewOf()], own);
  const served = await serve(second.app, { host: '127.0.0.1', port });
  onTestFinished(() => served.close());
  await command.line(/"seq":4,/);
  // What was told already by the answer is not told again by an event.
  second.events.publish({ type: 'row', index: 0, row: row(4) });
  happens(second, row(5));
  await command.line(/"seq":5,/);

  const { stdout } = await command.end('SIGINT');
  // A JSON document a line.
  const seqs = stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as HistoryRow).seq);
  expect(seqs).toEqual([2, 3, 4, 5]);
});

test('--follow of a sector tells the rows of that sector alone', async () => {
  const { own } = kept([]);
  const { worker, events } = await listening([viewOf()], own);
  const args = [
    'worker',
    '--worker',
    worker,
    'history',
    '--index',
    '0',
    '--sector',
    's-t010000-9',
    '--follow',
  ];
  const command = start('venus-worker', args);
  // The stream is open when the rows that are there have been asked for; then nothing is missed.
  const publish = (seq: number, sector: string) =>
    events.publish({ type: 'row', index: 0, row: row(seq, { sector }) });
  publish(1, 's-t010000-2');
  await expect
    .poll(async () => {
      publish(2, 's-t010000-2');
      publish(3, 's-t010000-9');
      return command.lines.length;
    })
    .toBeGreaterThan(0);
  const { stdout } = await command.end('SIGINT');
  expect(stdout).toMatch(/^[^\n]*s-t010000-9 C1Done -> C2Done \(C2 1.23s\)\n$/);
});
