/** The lines of real processors of 2KiB, ours of then and upstream's own, on both sides: tasks as our stages send them, answers as we read them. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { rawAnswer } from '#src/processes/answer-scan.js';
import { serveProcessor } from '#src/processes/index.js';
import type { PreCommit } from '#src/protocol/sealer.js';
import { runTask } from '#src/sealing/builtin/index.js';
import { outputFault } from '#src/sealing/output-faults.js';
import type { StageContext } from '#src/sealing/stage.js';
import type { ProcessorStage } from '#src/sealing/tasks.js';
import { lineFiles } from '../tools/replays.js';
import { KiB, makeWork } from '../tools/sealing/chain.js';
import { lastSaid, sealed, snapUpJob, unsealJob } from '../tools/sealing/jobs.js';
import { gives, planWorld } from '../tools/sealing/plan-world.js';
import { misfit, type Shape, shapeOf } from '../tools/shape.js';

const size = 2 * KiB;

// It is a processor's stage, by its file's name.
const stageOf = (file: string) => basename(file).split('.')[0] as ProcessorStage;
const linesIn = (file: string) => {
  const [task = '', answer = ''] = readFileSync(file, 'utf8').split('\n');
  return { task, answer };
};

describe.each(lineFiles)('%s', (file) => {
  const { task, answer } = linesIn(file);

  test('its task is read by our processors as it is, and answered under its id', async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const tasks: unknown[] = [];
    const serving = serveProcessor({
      ...{ stage: stageOf(file), input, output, log: () => undefined, failureText: String },
      run: async (read) => {
        tasks.push(read);
        return true;
      },
    });
    input.end(`${task}\n`);
    await serving;
    const [, said = ''] = String(output.read()).split('\n');
    const { id, task: sent } = JSON.parse(task);
    expect(tasks).toEqual([sent]);
    expect(JSON.parse(said)).toEqual({ id, err_msg: null, output: true });
  });

  test('its answer is read byte for byte, and fits the next stage; a failure is told in its words', () => {
    const { err_msg, output } = JSON.parse(answer);
    const read = rawAnswer(Buffer.from(answer));
    if (err_msg !== null) return expect(read).toMatchObject({ ok: false, message: err_msg });
    if (!read.ok) throw new Error(read.message);
    expect(answer).toContain(`"output":${Buffer.from(read.output)}`);
    expect(outputFault(stageOf(file), output)).toBeUndefined();
  });
});

/** What one processor gives for the next is between them; a piece of data was not recorded (docs/spec.md#processor-protocol). */
const otherShapes: Readonly<Record<string, Shape>> = {
  ...Object.fromEntries(['pc1out', 'pc2out', 'c1out'].map((key) => [key, shapeOf([{}])])),
  piece_file: shapeOf(['pledge', { local: '' }, { url: '' }]),
};

function asSent({ kinds, keys, items }: Shape): Shape {
  const sent = [...keys].map(
    ([key, { shape, isAlways }]) => [key, { isAlways, shape: otherShapes[key] ?? asSent(shape) }] as const,
  );
  return { kinds, keys: new Map(sent), items: items && asSent(items) };
}

test('what our stages send has every key that was recorded, of its kind', async () => {
  const world = planWorld(size);
  const asked = new Map<ProcessorStage, unknown>();
  const process = ((stage, task) => {
    asked.set(stage, JSON.parse(JSON.stringify(task)));
    return runTask(stage, task, makeWork());
  }) as StageContext['process'];
  const { CommR } = await sealed(world, size, []);
  const deal = await world.piece(1016, 1024, 1);
  await world.run('snapup', { process, service: gives({ snapUp: snapUpJob(size, CommR, [deal]) }) });
  const other = planWorld(size);
  const piece = await other.piece(1016, 1024, 1);
  const service = { acquireDeals: async () => [piece] };
  await other.run('sealer', { process, service });
  // As the chain was told.
  const { CommD } = lastSaid(other, 'submitPreCommit')[1] as PreCommit;
  const unseal = unsealJob(size, piece, 0, CommD);
  const dests = [pathToFileURL(`${other.dir}/out`).href];
  await other.run('unseal', { process, service: gives({ unseal, dests }) });

  const stages = new Set(lineFiles.map(stageOf));
  expect(stages.size).toBe(8);
  for (const stage of stages) {
    const recorded = lineFiles
      .filter((file) => stageOf(file) === stage)
      .map((file) => JSON.parse(linesIn(file).task).task);
    expect([stage, misfit(asked.get(stage), asSent(shapeOf(recorded)), stage)]).toEqual([stage, undefined]);
  }
});
