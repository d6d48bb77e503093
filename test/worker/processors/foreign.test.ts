/** Programs that behave badly, in a real worker: clear words, the right level, and the sector goes on. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ProcessorConfig } from '#src/config/processor-config.js';
import { doIt, foreign } from '../../tools/worker/foreign.js';
import { isIn, setup } from '../../tools/worker/setup.js';

const withProcessors = (...processors: ProcessorConfig[]) =>
  setup({ config: { processors, retry: steady }, sealing: { recoverIntervalMs: 50, maxRetries: 1000 } });
const steady = Object.fromEntries(['tree_d', 'pc1', 'pc2', 'c2'].map((stage) => [stage, { factor: 1 }]));
const paused = (view: { mode: string }) => view.mode === 'paused';

test('a program of somebody does a stage, and the sector goes to its end', async () => {
  const { until, untilRow, warnings } = await withProcessors(foreign('pc1', `${doIt('pc1')} give(done);`));
  await untilRow(0, (row) => row.event === 'PC1');
  await until(0, isIn('Empty', 'resting'));
  expect(warnings).toEqual([]);
});

test('an output of 50 MB is handed to the next stage whole, and burdens no record', {
  timeout: 120_000,
}, async () => {
  const size = 50_000_000;
  const large = foreign('pc1', `${doIt('pc1')} give({ ...done, labels_of_mine: 'x'.repeat(${size}) });`);
  // The next program counts what it is given.
  const counting = `if (task.pc1out.labels_of_mine.length !== ${size}) fail('it was cut'); else { ${doIt('pc2')} give(done); }`;
  const { until, untilRow, locationOf } = await withProcessors(large, foreign('pc2', counting));
  await untilRow(0, (row) => row.event === 'PC2');
  // While its sector is in hand every change writes the record whole.
  expect(statSync(join(locationOf(0), 'sealvisor.db')).size).toBeLessThan(5_000_000);
  await until(0, isIn('Empty', 'resting'));
});

test('outputs of 64 MB of numbers are handed on whole, from pc1 to pc2 and from c1 to c2', {
  timeout: 300_000,
}, async () => {
  const many = 32_000_000;
  const large = (stage: 'pc1' | 'c1') =>
    foreign(stage, `${doIt(stage)} give({ ...done, of_mine: new Array(${many}).fill(7) });`);
  const counting = (stage: 'pc2' | 'c2', from: string) =>
    foreign(
      stage,
      `if (task.${from}.of_mine.length !== ${many}) fail('it was cut');
  else { delete task.${from}.of_mine; ${doIt(stage)} give(done); }`,
    );
  const { until, untilRow, warnings } = await withProcessors(
    ...[large('pc1'), counting('pc2', 'pc1out'), large('c1'), counting('c2', 'c1out')],
  );
  await untilRow(0, (row) => row.event === 'PC2');
  await until(0, isIn('Empty', 'resting'));
  expect(warnings).toEqual([]);
});

test('an output of 120 MB that is read here is refused with its size and the limit, at each try; nothing dies of it', {
  timeout: 120_000,
}, async () => {
  const large = foreign('tree_d', `give({ labels: 'x'.repeat(120_000_000) });`);
  const { until, control, warnings } = await withProcessors(large);
  const refused = {
    lastError: {
      level: 'permanent',
      message: expect.stringMatching(
        /^the answer of the tree_d processor is too large: 120,000,\d{3} bytes, at most 75,497,472 are taken/,
      ),
    },
  };
  const first = await until(0, paused);
  expect(first).toMatchObject(refused);
  await control.resume(0, { by: 'test', state: null });
  expect(await until(0, (view) => paused(view) && view.revision > first.revision + 1)).toMatchObject(refused);
  expect(warnings).toEqual([]);
});

describe('an answer', () => {
  test.each([
    [
      'pc2',
      'give({ registered_proof: "x", comm_r: [1], comm_d: [] });',
      /the pc2 processor \(pid \d+\) gave no output of pc2: output\.comm_r has 1 bytes, not 32/,
    ],
    ['c2', 'give("a proof");', /gave no output of c2: output is not an object/],
    ['tree_d', 'give(false);', /gave no output of tree_d: output is false: it was not done/],
    ['pc1', 'fail("no such parent cache");', /^no such parent cache$/],
  ] as const)(
    'of %s that does not fit the next stage, or fails, is permanent: %s',
    async (stage, answers, message) => {
      const { until } = await withProcessors(foreign(stage, answers));
      expect(await until(0, paused)).toMatchObject({
        lastError: { level: 'permanent', message: expect.stringMatching(message) },
      });
    },
  );

  test('with an empty err_msg fails with words that say so', async () => {
    const { until } = await withProcessors(foreign('pc1', 'fail("");'));
    expect(await until(0, paused)).toMatchObject({
      lastError: {
        level: 'permanent',
        message: expect.stringMatching(/^the pc1 processor \(pid \d+\) failed and gave no reason/),
      },
    });
  });

  test('with an err_msg of 1.5 MB is cut to 4 KiB, and names the file beside the sector that has it', async () => {
    const { until, locationOf } = await withProcessors(
      foreign('pc1', 'fail("no such parent cache " + "x".repeat(1_500_000));'),
    );
    const { lastError, sector } = await until(0, paused);
    const file = join(locationOf(0), 'sectors', sector?.id ?? '', 'errors', 'pc1.txt');
    expect(lastError?.message).toMatch(/^no such parent cache x+… \(cut, of 1,500,021 characters; see .*\)$/);
    expect(lastError?.message).toContain(file);
    expect(lastError?.message.length).toBe(4096);
    expect(statSync(file).size).toBe(1024 * 1024);
  });

  test('that is nested deeper than anything can be written is refused in words', async () => {
    const { until } = await withProcessors(
      foreign('pc1', `say('{"id":' + id + ',"output":' + '['.repeat(100_000) + ']'.repeat(100_000) + '}');`),
    );
    expect(await until(0, paused)).toMatchObject({
      lastError: {
        level: 'permanent',
        message: expect.stringMatching(
          /^the pc1 processor \(pid \d+\): its answer is nested deeper than 512$/,
        ),
      },
    });
  });

  test('that comes twice, or to nothing that was asked, or is garbage, is logged and does no harm', async () => {
    const { until, untilRow, warnings } = await withProcessors(
      foreign(
        'pc1',
        `${doIt('pc1')} say('x'.repeat(5000)); say('{"id":'); give('nobody asked', 77); give(done); give('twice');`,
      ),
    );
    await untilRow(0, (row) => row.event === 'PC1');
    await until(0, isIn('Empty', 'resting'));
    expect(warnings).toEqual([
      `processor pc1: answers no request: ${'x'.repeat(100)}…`,
      'processor pc1: answers no request: {"id":',
      expect.stringContaining('answers no request: {"id":77,'),
      expect.stringContaining('answers no request: {"id":1,'),
    ]);
  });
});

describe('a program that goes', () => {
  test('in flight costs a try, is started again, and does the stage the next time', async () => {
    const first = `if (!globalThis.process.env.SECOND) process.exit(0);`;
    const { control, untilRow } = await withProcessors(foreign('pc1', first));
    const row = await untilRow(0, ({ kind }) => kind === 'try');
    expect(row).toMatchObject({ stage: 'PC1', level: 'temporary' });
    expect(row.message).toMatch(/^child process exited: pc1/);
    expect(control.thread(0).state).toBe('TicketAssigned');
  });

  test('by closing its stdout is ended, and that is told', async () => {
    const { untilRow, warnings } = await withProcessors(
      foreign('pc1', 'closeSync(1); setInterval(() => undefined, 1000);'),
    );
    await untilRow(0, ({ kind, message }) => kind === 'try' && message === 'child process exited: pc1');
    expect(warnings).toContain('processor pc1: it closed its stdout, and is ended');
  });

  test('with auto_restart off fails the stage as what it is: nobody starts it again', async () => {
    const { untilRow } = await withProcessors(foreign('pc1', 'process.exit(3);', { autoRestart: false }));
    await untilRow(
      0,
      ({ message }) => message === 'child process exited: pc1; auto_restart is off: restart the worker',
    );
  });
});

test('killed at every moment, a program costs tries, never the sector', { timeout: 90_000 }, async () => {
  const { control, until, untilRow } = await withProcessors(
    foreign('pc1', `${doIt('pc1')} give(done);`),
    foreign('pc2', `${doIt('pc2')} give(done);`),
  );
  let isOver = false;
  const over = until(0, isIn('Empty', 'resting')).then(() => {
    isOver = true;
  });
  const killed = new Set<number>();
  for (let waitMs = 0; !isOver && killed.size < 3; waitMs += 7) {
    const { pid } =
      (await until(0, (view) => view.processor?.pid != null || isIn('Empty', 'resting')(view))).processor ??
      {};
    if (pid == null) break;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (control.thread(0).processor?.pid !== pid) continue;
    killed.add(pid);
    process.kill(pid, 'SIGKILL');
    await until(0, (view) => view.processor?.pid !== pid);
  }
  await over;
  expect(await untilRow(0, (row) => row.event === 'Finish')).toMatchObject({ sector: 's-t010000-1' });
  expect(killed.size).toBeGreaterThan(0);
});
