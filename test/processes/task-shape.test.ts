/** Processors of upstream's v0.2 to v0.3.1 read `data` and answer `result`. */
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { type ProcessorOptions, serveProcessor } from '#src/processes/index.js';
import { processor, scriptFile } from '../tools/processes/setup.js';
import { oldLines } from '../tools/traffic.js';

/** Answers `{id, keys, data}` as v0.2 does; what it cannot read it logs as serde says it, and is silent. */
const old = (key: string, answer = 'result') => `
import { createInterface } from 'node:readline';
console.log('work processor ready');
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  if (!('${key}' in request)) console.error('unmarshal: missing field \`${key}\` at line 1 column 30');
  else console.log(JSON.stringify({ id: request.id, err_msg: null, ${answer}: [Object.keys(request), line.length] }));
}`;

/** Runs `script` as a processor. */
const running = (script: string, options: Partial<ProcessorOptions> = {}) =>
  processor({ args: [scriptFile(script)], ...options });
const large = 'x'.repeat(2 * 1024 * 1024);
const gives = (...keys: string[]) => ({ ok: true, output: [['id', ...keys], expect.any(Number)] });

test('both keys are sent until an answer says which is read, and then that alone', async () => {
  const { ask } = await running(old('data'));
  expect(await ask({ a: 1 })).toEqual(gives('task', 'data'));
  expect(await ask({ a: 1 })).toEqual(gives('data'));
  const today = await running(old('task', 'output'));
  expect(await today.ask({ a: 1 })).toEqual(gives('task', 'data'));
  expect(await today.ask({ a: 1 })).toEqual(gives('task'));
});

test("a large first task is sent once, in today's shape, and in the older one when that is refused", async () => {
  const { ask } = await running(old('data'));
  expect(await ask(large)).toEqual(gives('data'));
  const today = await running(old('task', 'output'));
  expect(await today.ask(large)).toEqual(gives('task'));
});

test('a child that refuses its first task in either shape, and is silent then, is reported', async () => {
  for (const task of [{ a: 1 }, large]) {
    const { ask, child } = await running(old('job'), { stableWaitMs: 1000 });
    await expect(ask(task)).rejects.toMatchObject({
      code: 'start_failed',
      message: expect.stringMatching(/work processor does not take its tasks: .*missing field `job`/),
    });
    expect(child.inFlight()).toBe(0);
  }
});

test('our own processor reads the recorded lines of v0.2, and answers by their keys', async () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const serving = serveProcessor({
    ...{ stage: 'work', input, output, log: () => undefined },
    run: async (task) => Object.keys(Object(task)),
    failureText: String,
  });
  for (const { request } of oldLines()) input.write(`${JSON.stringify(request)}\n`);
  input.write('{"id":2,"task":{"a":1},"data":{"a":1}}\n');
  output.setEncoding('utf8');
  let text = '';
  for await (const part of output) {
    text += part;
    if (text.split('\n').length > 4) break;
  }
  input.end();
  await serving;
  const [, ...answers] = text.trim().split('\n');
  expect(answers.map((line) => JSON.parse(line))).toEqual([
    { id: 0, err_msg: null, result: ['registered_proof', 'staged_file', 'cache_dir'] },
    { id: 1, err_msg: null, result: ['pc1out', 'cache_dir', 'sealed_file'] },
    { id: 2, err_msg: null, output: ['a'] },
  ]);
});
