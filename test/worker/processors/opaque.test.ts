/** What a processor gives for the next one reaches it as the bytes that came, whatever they are and however many. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BuiltinStage } from '#src/protocol/stages.js';
import { incomingFile, putAside } from '#src/sealing/large-outputs.js';
import { discard } from '#src/sealing/opaque-output.js';
import { output } from '#src/sealing/stage.js';
import { scriptFile } from '../../tools/processes/setup.js';
import { viewOf } from '../../tools/protocol/views.js';
import { marked } from '../../tools/sealing/chain.js';
import { stageContext } from '../../tools/sealing/stage-context.js';
import { command, runIn, startProcessors } from '../../tools/worker/processors-setup.js';

/**
 * Answers each line with the output that lies in the file `say` of its directory, byte for byte, and keeps the line as it
 * came in `heard`. It never parses either.
 */
const parrot = (stage: string, dir: string) =>
  scriptFile(`import { readFileSync, writeFileSync } from 'node:fs';
const dir = ${JSON.stringify(dir)};
process.stdout.write('${stage} processor ready\\n');
let parts = [];
process.stdin.on('data', (chunk) => {
  parts.push(chunk);
  if (chunk.at(-1) !== 10) return;
  const line = Buffer.concat(parts);
  parts = [];
  writeFileSync(dir + '/heard', line);
  const id = /"id":(\\d+)/.exec(line.toString('latin1', 0, 40))[1];
  const output = readFileSync(dir + '/say');
  process.stdout.write(Buffer.concat([Buffer.from('{"id":' + id + ',"err_msg":null,"output":'), output, Buffer.from('}\\n')]));
}).on('end', () => process.exit());`);

const stages = ['pc1', 'pc2', 'c1', 'c2', 'snap_vanilla', 'snap_prove'] as const;

async function parrots() {
  const { context } = stageContext();
  marked(context.location);
  const dirs = new Map(stages.map((stage) => [stage as string, join(context.location, stage)]));
  for (const dir of dirs.values()) mkdirSync(dir);
  const dirOf = (stage: string) => dirs.get(stage) ?? '';
  const { desk } = await startProcessors(stages.map((stage) => command(parrot(stage, dirOf(stage)), stage)));
  const root = join(context.location, 'sectors', 's-t010000-2');
  const run = runIn({ desk }, 0, { into: (stage) => incomingFile(root, stage) });
  let outputs = {};
  const contextNow = () => ({ ...context, record: { ...context.record, outputs } });
  return {
    root,
    heard: (stage: string) => readFileSync(join(dirOf(stage), 'heard')),
    output: (key: string) => output<never>(contextNow(), key),
    run,
    /** Has a stage give these bytes, which are kept as a record keeps them. */
    give: async (stage: BuiltinStage, bytes: Buffer, task: object) => {
      writeFileSync(join(dirOf(stage), 'say'), bytes);
      const given = await run(stage, task as never);
      if (stage !== 'snap_vanilla')
        outputs = JSON.parse(JSON.stringify({ ...outputs, ...(await putAside({ [stage]: given }, root)) }));
      return given as unknown;
    },
  };
}

/** JSON that no library would write so, short or longer than a text in a record. */
const space = fc.stringMatching(/^[ \t\r]{0,3}$/);
const leaf = fc.oneof(
  fc.constantFrom('18446744073709551615', '1.0', '-0', '1e400', '1E+2', '0.10000000000000000001', 'null'),
  fc.constantFrom('"\\u0041\\/\\ud83d"', '"ü\u{1f600}"', '{"2":1,"1":2,"a":3,"a":4}', '[]', '{ }'),
  fc.string().map((text) => JSON.stringify(text)),
);
const members = fc
  .tuple(
    space,
    fc.array(fc.tuple(fc.constantFrom('b', 'a', '10', '9', '__proto__'), leaf), { maxLength: 6 }),
    fc.boolean(),
  )
  .map(([gap, all, isLong]) => {
    const long = isLong ? [`"long":"${'ä'.repeat(40_000)}"`] : [];
    return [...all.map(([key, value]) => `"${key}"${gap}:${gap}${value}`), ...long].join(`,${gap}`);
  });
const commitment = JSON.stringify(new Array(32).fill(7));
const join2 = (one: string, other: string) => `{${[one, other].filter((each) => each !== '').join(',')}}`;

test('pc1 to pc2 to c1 to c2: each is given the very bytes, and what the chain is told is read out of them', {
  timeout: 120_000,
}, async () => {
  const { give, heard, output } = await parrots();
  await fc.assert(
    fc.asyncProperty(members, members, members, fc.boolean(), async (one, two, three, isList) => {
      const pc1 = isList ? `[{${one}}]` : `{${one}}`;
      await give('pc1', Buffer.from(pc1), {});
      const pc2 = join2(two, `"registered_proof":"p","comm_r":${commitment}, "comm_d" : ${commitment}`);
      const told = await give('pc2', Buffer.from(pc2), { pc1out: output('pc1'), cache_dir: '/c' });
      expect(told).toEqual({
        registered_proof: 'p',
        comm_r: JSON.parse(commitment),
        comm_d: JSON.parse(commitment),
      });
      const c1 = `{${three}}`;
      await give('c1', Buffer.from(c1), { pc2out: output('pc2') });
      expect(await give('c2', Buffer.from(join2(two, '"proof":[1,2,255]')), { c1out: output('c1') })).toEqual(
        {
          proof: [1, 2, 255],
        },
      );
      expect(heard('pc2').toString()).toMatch(/^\{"id":\d+,"task":/);
      expect(taskIn(heard('pc2'))).toBe(`{"pc1out":${pc1},"cache_dir":"/c"}`);
      expect(taskIn(heard('c1'))).toBe(`{"pc2out":${pc2}}`);
      expect(taskIn(heard('c2'))).toBe(`{"c1out":${c1}}`);
      expect(output('c2')).toEqual({ proof: [1, 2, 255] });
    }),
    { numRuns: Number(process.env.MODEL_RUNS ?? 60) },
  );
});

/** Until the child has answered, a task of less than a megabyte is in its first line under the older key, too. */
const taskIn = (line: Buffer) => /^\{"id":\d+,"task":(.*?)(?:,"data":\1)?\}\n$/s.exec(line.toString())?.[1];

test('vanilla proofs of an upgrade reach snap_prove as the bytes that came, and are not left behind', async () => {
  const { give, heard, root } = await parrots();
  for (const length of [10, 100_000]) {
    const proofs = `[ 18446744073709551615, {"a":1.0,"a":"${'x'.repeat(length)}"}]`;
    const given = await give('snap_vanilla', Buffer.from(proofs), {});
    await give('snap_prove', Buffer.from('[1,2]'), { vannilla_proofs: given, comm_r_old: [1] });
    expect(taskIn(heard('snap_prove'))).toBe(`{"vannilla_proofs":${proofs},"comm_r_old":[1]}`);
  }
  await expect(give('snap_vanilla', Buffer.from('[]'), {})).rejects.toThrow(/output is empty/);
  const long = Buffer.from(JSON.stringify({ proofs: 'x'.repeat(100_000) }));
  await expect(give('snap_vanilla', long, {})).rejects.toThrow(/output is not an array/);
  await discard(await give('snap_vanilla', Buffer.from(`["${'x'.repeat(100_000)}"]`), {}));
  expect(readdirSync(join(root, 'outputs'))).toEqual([]);
});

test("upstream's own outputs of pc1, pc2 and c1 reach the next processor as they were recorded", async () => {
  const { give, heard, output } = await parrots();
  for (const [stage, next, key] of [
    ['pc1', 'pc2', 'pc1out'],
    ['pc2', 'c1', 'pc2out'],
    ['c1', 'c2', 'c1out'],
  ] as const) {
    const [, answer = ''] = readFileSync(`processors/filecoin/tests/field/${stage}.jsonl`, 'utf8').split(
      '\n',
    );
    const recorded = /^\{"id":1,"err_msg":null,"output":(.*)\}$/.exec(answer)?.[1] ?? '';
    expect(recorded.length).toBeGreaterThan(100);
    await give(stage, Buffer.from(recorded), {});
    await run(give, next, { [key]: output(stage) });
    expect(taskIn(heard(next))).toBe(`{"${key}":${recorded}}`);
  }
});

/** Has the next stage asked; what it gives is not looked at here. */
async function run(give: Awaited<ReturnType<typeof parrots>>['give'], stage: BuiltinStage, task: object) {
  const valid = {
    registered_proof: 'p',
    comm_r: new Array(32).fill(1),
    comm_d: new Array(32).fill(1),
    proof: [1],
  };
  await give(stage, Buffer.from(JSON.stringify(valid)), task);
}

test('what the chain is told is read out of megabytes, wherever it stands', async () => {
  const { give } = await parrots();
  const long = `"x":"${'~'.repeat(3_000_000)}"`;
  for (const bytes of [
    `{"proof":[1,2],${long}}`,
    `{${long},"proof":[1,2]}`,
    `{${long},"proof":[1,2],"y":{"proof":[3]},${long}}`,
  ])
    expect(await give('c2', Buffer.from(bytes), {})).toEqual({ proof: [1, 2] });
});

test('bytes that are not UTF-8 are kept, too', async () => {
  const { give, heard, output } = await parrots();
  const latin1 = Buffer.from('{"path":"\xe9"}', 'latin1');
  await give('pc1', latin1, {});
  await give('pc2', Buffer.from(`{"registered_proof":"p","comm_r":${commitment},"comm_d":${commitment}}`), {
    pc1out: output('pc1'),
  });
  expect(heard('pc2').includes(latin1)).toBe(true);
});

describe('a kept output', () => {
  const long = Buffer.from(`{"labels":"${'x'.repeat(100_000)}"}`);
  const damage = (path: string) => {
    const bytes = readFileSync(path);
    bytes[50_000] = 0x79;
    writeFileSync(path, bytes);
  };

  test.each([
    [
      'damaged',
      damage,
      /outputs\/pc1\.json has another digest than what was written: put it back, or resume/,
    ],
    [
      'cut short',
      (path: string) => truncateSync(path, 5),
      /outputs\/pc1\.json is not there whole: put it back, or resume/,
    ],
  ])('that is %s is found before anybody works from it', async (_, harm, message) => {
    const { give, heard, output, root, run } = await parrots();
    await give('pc1', long, {});
    harm(join(root, 'outputs', 'pc1.json'));
    const next = async () => run('pc2', { pc1out: output('pc1'), cache_dir: '', sealed_file: '' });
    await expect(next()).rejects.toMatchObject({
      level: 'permanent',
      message: expect.stringMatching(message),
    });
    expect(() => heard('pc2')).toThrow(/ENOENT/);
  });

  test('replaces the one before, and what a killed worker left of it', async () => {
    const { give, root } = await parrots();
    await give('pc1', long, {});
    writeFileSync(join(root, 'outputs', '.pc1.incoming'), 'half');
    const other = Buffer.from(`["${'y'.repeat(200_000)}"]`);
    await give('pc1', other, {});
    expect(readFileSync(join(root, 'outputs', 'pc1.json'))).toEqual(other);
    expect(readdirSync(join(root, 'outputs'))).toEqual(['pc1.json']);
  });
});

test.each([
  ['{"a":', 'not an answer: '],
  [`{"a":${'['.repeat(600)}${']'.repeat(600)}}`, 'its answer is nested deeper than 512'],
  ['1,"result":2', 'its answer gives more than one output'],
  ['1,"err_msg":{"code":5}', 'its err_msg is not text: {"code":5}'],
])('an answer that cannot be read is refused whatever its length: %.20s', async (bytes, message) => {
  const { give, root } = await parrots();
  for (const padding of ['', ' '.repeat(200_000)])
    await expect(give('pc1', Buffer.from(padding + bytes), {})).rejects.toMatchObject({
      level: 'permanent',
      message: expect.stringContaining(message),
    });
  expect(readdirSync(join(root, 'outputs'))).toEqual([]);
});

test('a thread that dies while an output comes: the next incarnation is given the same file, whole', async () => {
  const long = JSON.stringify({ labels: 'x'.repeat(300_000) });
  const held = scriptFile(`process.stdout.write('pc1 processor ready\\n');
process.stdin.on('data', () => {
  const line = '{"id":1,"err_msg":null,"output":' + ${JSON.stringify(long)} + '}\\n';
  process.once('SIGUSR2', () => process.stdout.write(line.slice(200_000)));
  process.stdout.write(line.slice(0, 200_000));
}).on('end', () => process.exit());`);
  const { desk, pidOf } = await startProcessors([command(held, 'pc1')]);
  const into = join(marked(stageContext().context.location), 'incoming');
  const first = desk.request(0, 'pc1', [Buffer.from('{}')], 'same', into);
  const lost = expect(first).rejects.toMatchObject({ code: 'thread_gone' });
  const pid = await pidOf(0);
  await expect.poll(() => existsSync(into) && statSync(into).size, { interval: 5 }).toBeGreaterThan(100_000);
  desk.leave(0, viewOf({ state: 'TicketAssigned', mode: 'running' }));
  await lost;
  const next = desk.takeUp(0, 'pc1', 'same');
  process.kill(pid, 'SIGUSR2');
  expect(await next).toMatchObject({ line: { ok: true, output: { path: into, bytes: long.length } } });
  expect(readFileSync(into, 'utf8')).toBe(long);
});

test('where its file cannot be written the disk is named, and the process lives', async () => {
  const { give, root } = await parrots();
  const long = Buffer.from(JSON.stringify('x'.repeat(300_000)));
  await give('pc1', long, {});
  mkdirSync(join(root, 'outputs', '.pc2.incoming'));
  await expect(give('pc2', long, {})).rejects.toMatchObject({ code: expect.stringMatching(/^E/) });
  await give('pc1', long, {});
});
