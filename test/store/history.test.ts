import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readHistoryJson } from '#src/store/read-history.js';
import { contentOf, freshDir, openStore, recordOf, rowOf, sector, thrownBy } from '../tools/store/setup.js';

const full = recordOf({ state: 'C1Done', sector });

describe('history', () => {
  test('gives the latest rows, oldest first, numbered without a gap', () => {
    const store = openStore();
    for (const event of ['a', 'b', 'c', 'd']) store.commit(full, rowOf({ event }));
    expect(store.history({ limit: 3 }).map(({ seq, event }) => [seq, event])).toEqual([
      [2, 'b'],
      [3, 'c'],
      [4, 'd'],
    ]);
    expect(store.history({ limit: 0 })).toEqual([]);
    expect(store.history({})).toHaveLength(4);
    expect(store.revision()).toBe(4);
  });

  test('keeps every field of a row', () => {
    const store = openStore();
    const row = rowOf({
      kind: 'error',
      sector: sector.id,
      from: 'C1Done',
      to: 'Aborted',
      event: 'x',
      stage: 'C2',
      durationMs: 12,
      level: 'abort',
      message: 'lost',
      by: 'alice',
      reason: 'why not',
      command: 'resume',
    });
    expect(store.commit(full, row)).toBe(1);
    expect(store.history({ limit: 1 })).toEqual([{ seq: 1, ...row }]);
  });

  test('goes on counting for the next owner', () => {
    const store = openStore();
    store.commit(full, rowOf());
    store.close();
    const next = openStore(store.location);
    expect(next.revision()).toBe(1);
    expect(next.commit(full, rowOf())).toBe(2);
  });
});

describe('a history is asked for', () => {
  function told() {
    const store = openStore();
    store.commit(full, rowOf({ sector: 's-t010000-1', event: 'a' }));
    store.commit(full, rowOf({ sector: 's-t010000-2', event: 'b' }));
    store.commit(full, rowOf({ sector: 's-t010000-1', kind: 'error', message: 'a "quoted"\n line ☃' }));
    store.commit(full, rowOf({ sector: 's-t010000-1', event: 'c' }));
    store.commit(full, rowOf({ kind: 'command', command: 'pause' }));
    return store;
  }

  const queries = [
    [{}, [1, 2, 3, 4, 5]],
    [{ limit: 2 }, [4, 5]],
    [{ limit: 0 }, []],
    [{ after: 3 }, [4, 5]],
    [{ after: 5 }, []],
    [{ after: 1, limit: 1 }, [5]],
    [{ sector: 's-t010000-1' }, [1, 3, 4]],
    [{ sector: 's-t010000-1', limit: 2 }, [3, 4]],
    [{ sector: 's-t010000-9' }, []],
    [{ kinds: ['error', 'command'] }, [3, 5]],
    [{ kinds: [] }, []],
    [{ sector: 's-t010000-1', kinds: ['transition'], after: 1, limit: 5 }, [4]],
  ] as const;

  test.each(queries)('with %j: the latest rows that match, oldest first', (query, seqs) => {
    const store = told();
    expect(store.history(query).map(({ seq }) => seq)).toEqual(seqs);
    expect(JSON.parse(store.historyJson(query))).toEqual(store.history(query));
    store.close();
    expect(JSON.parse(readHistoryJson(store.location, query)).map(({ seq }: { seq: number }) => seq)).toEqual(
      seqs,
    );
  });

  test('the text is that of the rows, field by field in their order', () => {
    const store = told();
    expect(store.historyJson({})).toBe(JSON.stringify(store.history({})));
  });
});

describe('as many rows are kept as the store was opened with', () => {
  test.each([
    [1, 3],
    [10, 37],
    [200, 1000],
  ])('%i of %i, up to a hundredth more', (keepRows, written) => {
    const store = openStore(freshDir(), { keepRows });
    for (let count = 0; count < written; count += 1) {
      store.commit(full, rowOf());
      expect(store.history({}).length).toBeLessThanOrEqual(Math.ceil(keepRows * 1.01));
    }
    expect(store.history({}).length).toBeGreaterThanOrEqual(keepRows);
    expect(store.history({}).at(-1)).toMatchObject({ seq: written });
  });

  test('a limit that is lowered holds from the next rows on', () => {
    const store = openStore();
    for (let count = 0; count < 100; count += 1) store.commit(full, rowOf());
    store.close();
    const next = openStore(store.location, { keepRows: 10 });
    next.commit(full, rowOf());
    expect(next.history({})).toHaveLength(10);
  });
});

describe('past durations', () => {
  const ran = (stage: string, durationMs: number | null) => rowOf({ stage, durationMs });

  test('are those of finished stages, latest first, the last 20 of each', () => {
    const store = openStore();
    for (let ms = 1; ms <= 25; ms += 1) store.commit(full, ran('PC1', ms));
    store.commit(full, ran('PC2', 7));
    store.commit(full, { ...ran('PC2', 8), kind: 'error' });
    store.commit(full, ran('PC2', null));
    store.commit(full, rowOf({ durationMs: 9 }));
    expect(store.durations(sector.size)).toEqual([
      { stage: 'PC1', ms: Array.from({ length: 20 }, (_, n) => 25 - n) },
      { stage: 'PC2', ms: [7] },
    ]);
  });

  test('are told by the size of the sector, which no row shows', () => {
    const store = openStore();
    store.commit(full, ran('PC1', 1));
    store.commit({ ...full, sector: { ...sector, size: 8 << 20 } }, ran('PC1', 2));
    store.commit(recordOf(), ran('PC1', 3));
    expect(store.durations(8 << 20)).toEqual([{ stage: 'PC1', ms: [2] }]);
    expect(store.durations(512 << 20)).toEqual([]);
    expect(store.history({ limit: 1 })[0]).not.toHaveProperty('size');
    expect(JSON.parse(store.historyJson({ limit: 1 }))[0]).not.toHaveProperty('size');
  });
});

describe('the history of a thread that does not run', () => {
  test('is read and nothing is left beside the store', () => {
    const store = openStore();
    store.commit(full, rowOf({ event: 'a' }));
    const text = store.historyJson({});
    store.close();
    const before = contentOf(store.location);
    expect(readHistoryJson(store.location, {})).toBe(text);
    expect(contentOf(store.location)).toEqual(before);
  });

  test('is empty where there is no store yet, and none is made', () => {
    const location = freshDir();
    expect(readHistoryJson(location, {})).toBe('[]');
    expect(contentOf(location)).toEqual({});
  });

  test('is refused with location_in_use while a thread has the store', () => {
    const store = openStore();
    store.commit(full, rowOf());
    expect(thrownBy(() => readHistoryJson(store.location, {}))).toMatchObject({ code: 'location_in_use' });
    expect(store.commit(full, rowOf())).toBe(2);
  });

  test('is store_failed when the file is no database', () => {
    const location = freshDir();
    writeFileSync(join(location, 'sealvisor.db'), 'no database '.repeat(1000));
    const error = thrownBy(() => readHistoryJson(location, {}));
    expect(error).toMatchObject({ code: 'store_failed' });
    expect(error.message).toContain(location);
  });
});
