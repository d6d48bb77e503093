/** An output too long for a line goes into a file as it comes, and nothing of it is left when it does not come whole. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Processor, type ProcessorOptions, processorChild } from '#src/processes/index.js';
import { freshDir, obedientFile, scriptFile, until } from '../tools/processes/setup.js';

/** Says what its task has in `say`, and dies behind it when `next` says so. */
const teller = `
import { createInterface } from 'node:readline';
console.log('work processor ready');
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, task } = JSON.parse(line);
  process.stdout.write(task.say.replaceAll('ID', id), () => {
    if (task.next === 'die') process.kill(process.pid, 'SIGKILL');
  });
}).on('close', () => process.exit());`;

async function started(script = scriptFile(teller), more: Partial<ProcessorOptions> = {}) {
  const logs: string[] = [];
  const child: Processor = await processorChild({
    ...{ stage: 'work', command: process.execPath, args: [script], stableWaitMs: 20_000, ...more },
    onLog: (line) => logs.push(line),
  })();
  onTestFinished(async () => {
    child.kill();
    await child.exited;
  });
  const into = join(freshDir(), 'output');
  const hand = (task: object) => child.hand([JSON.stringify(task)], { into });
  return { child, hand, into, logs };
}

const long = JSON.stringify({ labels: 'x'.repeat(300_000) });
const whole = (output = long) => `{"id":ID,"err_msg":null,"output":${output}}\n`;

test('a child that dies in the middle of its output leaves nothing, and the next one gives the whole', async () => {
  const { hand, into } = await started();
  await expect(hand({ say: whole().slice(0, 200_000), next: 'die' })).rejects.toMatchObject({
    code: 'process_gone',
  });
  expect(existsSync(into)).toBe(false);
  const next = await started();
  const answer = await next.hand({ say: whole() });
  expect(answer).toMatchObject({ ok: true, output: { path: next.into, bytes: long.length } });
  expect(readFileSync(next.into, 'utf8')).toBe(long);
});

test('one that has given its whole output has given it, also when it dies at once', async () => {
  const { hand, into } = await started();
  expect(await hand({ say: whole(), next: 'die' })).toMatchObject({ ok: true });
  expect(readFileSync(into, 'utf8')).toBe(long);
});

test('more than is taken is refused with its size and the limit; the child lives', async () => {
  let largest = 100_000;
  const { hand, into } = await started(scriptFile(teller), { largestOutput: () => largest });
  await expect(hand({ say: whole() })).rejects.toMatchObject({
    code: 'body_too_large',
    message: `the answer of the work processor is too large: ${long.length.toLocaleString('en')} bytes, at most 100,000 are taken (set [sealvisor] largest_output higher, reload, then resume)`,
  });
  expect(existsSync(into)).toBe(false);
  expect(String(await hand({ say: '{"id":ID,"err_msg":null,"output":1}\n' }))).toContain('"output":1');
  largest = 1_000_000;
  expect(await hand({ say: whole() })).toMatchObject({ ok: true });
});

test.each([
  ['behind its output', `{"err_msg":null,"output":${long},"id":ID}\n`],
  ['in front', whole()],
  ['as upstream of v0.2 says it', `{"id":ID,"result":${long}}\n`],
])('an id is found %s', async (_, say) => {
  const { hand, into } = await started();
  expect(await hand({ say })).toMatchObject({ ok: true });
  expect(readFileSync(into, 'utf8')).toBe(long);
});

test('a long error is an error, and a long line without output or error is logged', async () => {
  const { hand, into, logs } = await started();
  const reason = 'no parent cache '.repeat(10_000);
  expect(
    await hand({ say: `{"id":ID,"msg":${long}}\n{"id":ID,"err_msg":${JSON.stringify(reason)}}\n` }),
  ).toEqual({
    ok: false,
    message: reason,
  });
  expect(logs.some((line) => line.startsWith('{"id":1,"msg":'))).toBe(true);
  expect(existsSync(into)).toBe(false);
});

test('a long line that is not JSON is a stray line, also while an output is awaited', async () => {
  const stray: number[] = [];
  const { hand, into } = await started(scriptFile(teller), {
    onStray: (line) => stray.push(line.length) > 0,
  });
  expect(await hand({ say: `${'x'.repeat(200_000)}\n${whole()}` })).toMatchObject({ ok: true });
  expect(stray).toEqual([200_000]);
  expect(readFileSync(into, 'utf8')).toBe(long);
});

test('several in flight, each in its own file', async () => {
  const { child } = await started();
  const dir = freshDir();
  const outputs = [7, 8, 9].map((digit) => JSON.stringify(String(digit).repeat(200_000)));
  await Promise.all(
    outputs.map((output, at) =>
      child.hand([JSON.stringify({ say: whole(output) })], { into: join(dir, String(at)) }),
    ),
  );
  for (const [at, output] of outputs.entries())
    expect(readFileSync(join(dir, String(at)), 'utf8')).toBe(output);
});

test('a file that is a part of a task and changes while it is sent ends the child: the line has no end', async () => {
  const { child } = await started();
  const path = join(freshDir(), 'kept');
  writeFileSync(path, '"abc"');
  const part = { path, bytes: 5, sha256: '0'.repeat(64) };
  await expect(child.hand(['{"say":', part, '}'], {})).rejects.toThrow(
    /was changed while it was handed to a processor/,
  );
  await until(() => child.inFlight() === 0);
  await child.exited;
});

test('our own processors say of a task that is too long for them how long it may be', {
  timeout: 60_000,
}, async () => {
  const { child } = await started(obedientFile());
  const answer = await child.request({ padding: 'x'.repeat(78_000_000) });
  expect(JSON.parse(String(answer)).err_msg).toMatch(
    /the task has 78,000,\d+ bytes, and our own work reads at most 76,546,048/,
  );
});
