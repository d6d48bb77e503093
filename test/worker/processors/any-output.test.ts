/** Whatever a processor answers: an output that fits its stage, or an error of ours that names it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SealvisorError } from '#src/protocol/errors.js';
import { StageError } from '#src/protocol/level.js';
import { type BuiltinStage, builtinStages } from '#src/protocol/stages.js';
import { processTask } from '#src/worker/thread/process.js';

const by = 'the pc1 processor (pid 1)';
const work = { signal: new AbortController().signal, progress: () => undefined };
const ended = (stage: BuiltinStage, line: string) =>
  processTask(
    {
      children: [stage],
      calls: {
        takeUp: async () => null,
        request: async () => ({ line: Buffer.from(line), by }),
      },
    },
    stage,
    {} as never,
    work,
  ).then(
    (output) => ({ output }),
    (error: unknown) => ({ error }),
  );

test('any JSON, and any text, in any place of its answer', async () => {
  const line = fc.oneof(
    fc.json({ maxDepth: 4 }),
    fc.string(),
    fc.json({ maxDepth: 4 }).map((output) => `{"id":1,"output":${output}}`),
    fc.json({ maxDepth: 2 }).map((message) => `{"id":1,"err_msg":${message}}`),
    fc.string().map((message) => JSON.stringify({ id: 1, err_msg: message, output: null })),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...builtinStages), line, async (stage, text) => {
      const end = await ended(stage, text);
      if (!('error' in end)) return;
      const { error } = end;
      expect(error instanceof StageError || error instanceof SealvisorError, String(error)).toBe(true);
      expect((error as Error).message.trim()).not.toBe('');
      expect((error as Error).message).not.toMatch(/undefined is|\[object/);
    }),
    { numRuns: Number(process.env.MODEL_RUNS ?? 400) },
  );
});

test.each(['', ' ', 'permanent: ', 'temporary:  \n'])(
  'an error without words (%j) names the processor',
  async (err_msg) => {
    expect(await ended('pc1', JSON.stringify({ id: 1, err_msg, output: null }))).toMatchObject({
      error: { message: `${by} failed and gave no reason: its err_msg is empty` },
    });
  },
);

test('what cannot be read names the processor', async () => {
  for (const line of [
    '5',
    '{',
    `{"id":1,"output":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
    '{"id":1,"err_msg":{}}',
  ])
    expect(await ended('pc1', line)).toMatchObject({ error: { message: expect.stringContaining(by) } });
});
