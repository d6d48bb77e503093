import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, test } from 'vitest';
import { parseAnswer } from '#src/processes/index.js';
import { isAlive, processor, scriptFile, until } from '../tools/processes/setup.js';

const gone = { code: 'process_gone', message: 'child process exited: work' };

test('a request is answered, its progress is told, a failure says why', async () => {
  const { child, ask } = await processor();
  const told: unknown[] = [];
  const line = await child.request({ echo: { a: [1] } }, { onProgress: (progress) => told.push(progress) });
  expect(parseAnswer(line)).toEqual({ ok: true, output: { a: [1] } });
  expect(told).toEqual([{ done: 1, total: 2, unit: 'steps' }]);
  expect(await ask({ fail: 'critical' })).toEqual({ ok: false, message: 'critical: as asked' });
  expect(child.inFlight()).toBe(0);
});

test('answers come in any order', async () => {
  const { ask } = await processor();
  const order: string[] = [];
  const held = ask({ hold: 'a', echo: 'first asked' }).then(() => order.push('first asked'));
  await ask({ echo: 1 }).then(() => order.push('second asked'));
  await ask({ release: 'a' });
  await held;
  expect(order).toEqual(['second asked', 'first asked']);
});

test('1,000 small requests each get their own answer', async () => {
  const { ask } = await processor();
  const answers = await Promise.all(Array.from({ length: 1000 }, (_, echo) => ask({ echo })));
  expect(answers.every((answer, at) => answer.ok && answer.output === at)).toBe(true);
});

test('an answer of 50 MB passes, and this loop never stands still for 50 ms', async () => {
  const { child } = await processor();
  const size = 50_000_000;
  let pauseMs = Number.POSITIVE_INFINITY;
  // What else runs on the machine only ever adds to a pause: the shortest of some is nearest to our own.
  for (let id = 1; id <= 10 && pauseMs >= 50; id += 1) {
    const delays = monitorEventLoopDelay({ resolution: 1 });
    delays.enable();
    const line = await child.request({ size });
    delays.disable();
    expect(line.length).toBe(size + `{"id":${id},"err_msg":null,"output":""}`.length);
    pauseMs = Math.min(pauseMs, delays.max / 1e6);
  }
  expect(pauseMs).toBeLessThan(50);
});

describe('a child that dies', () => {
  test('what is asked of it is refused with its end, and so is what comes later', async () => {
    const { child } = await processor();
    const told: string[] = [];
    const asked = child.request({ hold: 'a' }).catch((error: unknown) => {
      told.push('request');
      return error;
    });
    const exited = child.exited.then(() => told.push('exit'));
    process.kill(child.pid, 'SIGKILL');
    expect(await asked).toMatchObject(gone);
    await exited;
    expect(told.toSorted()).toEqual(['exit', 'request']);
    await expect(child.request({})).rejects.toMatchObject(gone);
    expect(child.inFlight()).toBe(0);
  });

  test('what it had answered before counts', async () => {
    const script = `let last = '';
process.stdin.on('data', () => process.stdout.write('{"id":1,"err_msg":null,"output":7}\\n', () => process.exit(0)));
console.log('work processor ready');`;
    const { ask } = await processor({ args: [scriptFile(script)] });
    expect(await ask({})).toEqual({ ok: true, output: 7 });
  });

  test('one that is being stopped takes nothing more', async () => {
    const { child } = await processor();
    const stopped = child.stop();
    await expect(child.request({})).rejects.toMatchObject(gone);
    await stopped;
    expect(await child.exited).toEqual({ kind: 'shutdown' });
  });

  test('one that closes its input is ended: nothing that is asked hangs', async () => {
    const script = "exec 0<&-; echo 'work processor ready'; sleep 1000";
    const { child, logs } = await processor({ command: '/bin/sh', args: ['-c', script] });
    // The first may still fit the pipe.
    const asked = Promise.allSettled(
      [1, 2, 3].map((echo) => child.request({ echo, pad: 'x'.repeat(500_000) })),
    );
    for (const { status } of await asked) expect(status).toBe('rejected');
    await child.exited;
    expect(logs[0]).toBe('it reads no more, and is ended');
  });
});

describe('lines that are not answers', () => {
  const garbage = [
    'nonsense',
    '{"id":99,"err_msg":null,"output":1}',
    `{ ${'y'.repeat(500)}`,
    '',
    '[1]',
    '{"id":"1"}',
  ];

  test('are logged, cut to 100 characters, and do no harm', async () => {
    const { ask, logs } = await processor();
    expect(await ask({ print: garbage, echo: 1 })).toEqual({ ok: true, output: 1 });
    const told = logs.map((line) => line.replace(/^answers no request: /, ''));
    expect(told).toEqual(garbage.map((line) => (line.length > 100 ? `${line.slice(0, 100)}…` : line)));
  });

  test.each([
    ['{"id":1,"output":null}', { ok: true, output: null }],
    ['{"err_msg":null,"output":{"id":7},"id":1}', { ok: true, output: { id: 7 } }],
    ['{"err_msg":null,"id":1,"output":5}', { ok: true, output: 5 }],
    [' {"id" : 1, "err_msg":"no"}', { ok: false, message: 'no' }],
  ])('%s is the answer to 1', async (line, answer) => {
    const { ask } = await processor();
    expect(await ask({ hold: 'for ever', print: [line] })).toEqual(answer);
  });

  test('an answer that breaks off is a failure that shows its beginning', async () => {
    const { ask } = await processor();
    expect(await ask({ hold: 'for ever', print: ['{"id":1,"output":'] })).toEqual({
      ok: false,
      message: 'not an answer: {"id":1,"output":',
      isUnreadable: true,
    });
  });
});

describe('a start', () => {
  test.each([
    [
      'another ready line',
      "console.log('other processor ready'); setInterval(() => undefined, 1000)",
      1000,
      'it did not print "work processor ready" within 1000 ms',
    ],
    ['an early end', 'process.exit(0)', 20_000, 'processor work exited with code 0 before it was ready'],
  ])('with %s fails and leaves nothing', async (_, script, stableWaitMs, why) => {
    const pids: number[] = [];
    const args = [scriptFile(`console.error(process.pid); ${script}`)];
    const start = processor({
      args,
      stableWaitMs,
      onLog: (line) => /^\d+$/.test(line) && pids.push(Number(line)),
    });
    await expect(start).rejects.toMatchObject({
      code: 'start_failed',
      message: `processor work did not start: ${why}`,
    });
    expect(pids).toHaveLength(1);
    await until(() => !pids.some(isAlive));
  });
});

test('frozen it answers nothing, thawed it goes on where it was', async () => {
  const { child, ask } = await processor();
  await ask({});
  child.freeze();
  const asked = ask({ echo: 'late' });
  child.thaw();
  expect(await asked).toEqual({ ok: true, output: 'late' });
});
