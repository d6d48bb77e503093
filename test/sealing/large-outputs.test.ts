import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dropIncoming, incomingFile, presentOutputs, putAside, takenUp } from '#src/sealing/large-outputs.js';
import { Opaque, opened } from '#src/sealing/opaque.js';
import { output } from '#src/sealing/stage.js';
import { checkParts, taskParts } from '#src/sealing/task-parts.js';
import { makeDir, marked } from '../tools/sealing/chain.js';
import { stageContext } from '../tools/sealing/stage-context.js';

/** Of a sector in a location. */
function sectorRoot(): string {
  const root = join(marked(makeDir()), 'sectors', 's-t01000-1');
  mkdirSync(root, { recursive: true });
  return root;
}

const large = { labels: 'ü'.repeat(300_000) };

test('a large output lies in a file, a small one in the record; both come back as they were', async () => {
  const root = sectorRoot();
  const kept = await putAside({ pc1: large, deals: large, pc2: [1, 2], none: null }, root);
  expect(JSON.stringify(kept).length).toBeLessThan(400);
  expect(kept).toMatchObject({ pc2: [1, 2], none: null });
  expect(opened(takenUp(kept.pc1, root, 'pc1'))).toEqual(large);
  expect(takenUp(kept.deals, root, 'deals')).toEqual(large);
  expect(takenUp(kept.pc2, root, 'pc2')).toEqual([1, 2]);
  expect(readdirSync(join(root, 'outputs'))).toEqual(['deals.json', 'pc1.json']);
});

test('what is no JSON stays as it is, for the record to refuse', async () => {
  expect(await putAside({ pc1: 1n }, makeDir())).toEqual({ pc1: 1n });
});

test('done again, the file is the later one', async () => {
  const root = sectorRoot();
  await putAside({ pc1: large }, root);
  const kept = await putAside({ pc1: { labels: 'y'.repeat(400_000) } }, root);
  expect(opened(takenUp(kept.pc1, root, 'pc1'))).toEqual({ labels: 'y'.repeat(400_000) });
});

test.each([
  ['gone', (path: string) => rmSync(path)],
  ['cut short', (path: string) => truncateSync(path, 1000)],
])('one whose file is %s is told, and its state is not possible', async (_, harm) => {
  const root = sectorRoot();
  const kept = await putAside({ pc1: large, pc2: 1 }, root);
  expect(presentOutputs(kept, root)).toEqual(['pc1', 'pc2']);
  harm(join(root, 'outputs', 'pc1.json'));
  expect(presentOutputs(kept, root)).toEqual(['pc2']);
  expect(() => takenUp(kept.pc1, root, 'pc1')).toThrow(/outputs\/pc1\.json is not there whole: put it back/);
});

test('a stage asks for it by its key, wherever it lies', async () => {
  const { context } = stageContext();
  const root = join(context.location, 'sectors', 's-t010000-2');
  const outputs = await putAside({ pc1: large }, root);
  expect(opened(output({ ...context, record: { ...context.record, outputs } }, 'pc1'))).toEqual(large);
});

test('what a program calls by the same names is its own', async () => {
  const root = sectorRoot();
  const foreign = { putAside: 'x', bytes: 'many' };
  writeFileSync(join(root, 'x'), '');
  expect(takenUp((await putAside({ pc1: foreign }, root)).pc1, root, 'pc1')).toEqual(foreign);
  expect(readFileSync(join(root, 'x'), 'utf8')).toBe('');
});

test('what a program says in the very shape of a place is kept as what it said', async () => {
  const root = sectorRoot();
  writeFileSync(join(root, 'secret'), '{}');
  const said = { putAside: '../secret', bytes: 2 };
  const kept = await putAside({ pc1: said }, root);
  expect(opened(takenUp(kept.pc1, root, 'pc1'))).toEqual(said);
});

test('what earlier versions kept is read: a value in the record, a file without a digest', async () => {
  const root = sectorRoot();
  mkdirSync(join(root, 'outputs'));
  writeFileSync(join(root, 'outputs', 'c1.json'), '{"proofs":[1.0]}');
  const c1 = takenUp({ putAside: 'c1.json', bytes: 16 }, root, 'c1');
  const task = taskParts({ c1out: c1, pc1out: takenUp({ labels: [1] }, root, 'pc1'), miner_id: 1 });
  await checkParts(task, new AbortController().signal);
  expect(task.map((part) => (part instanceof Uint8Array ? Buffer.from(part).toString() : part.path))).toEqual(
    ['{"c1out":', join(root, 'outputs', 'c1.json'), ',"pc1out":{"labels":[1]},"miner_id":1}'],
  );
  expect(takenUp({ registered_proof: 'p', comm_r: [1] }, root, 'pc2')).toEqual({
    registered_proof: 'p',
    comm_r: [1],
  });
});

test('a program may say what looks like a kept text: it is its own', async () => {
  const said = { rawJson: '"mine"', told: { comm_r: [] } };
  const root = sectorRoot();
  const kept = JSON.parse(
    JSON.stringify(await putAside({ deals: said, pc1: new Opaque(JSON.stringify(said)) }, root)),
  );
  expect(takenUp(kept.deals, root, 'deals')).toEqual(said);
  expect(opened(takenUp(kept.pc1, root, 'pc1'))).toEqual(said);
});

test('what a dead worker left of an output on its way is dropped, and nothing else', async () => {
  const root = sectorRoot();
  dropIncoming(root);
  const kept = await putAside({ pc1: large }, root);
  writeFileSync(await incomingFile(root, 'pc2'), 'half of it');
  dropIncoming(root);
  expect(readdirSync(join(root, 'outputs'))).toEqual(['pc1.json']);
  expect(opened(takenUp(kept.pc1, root, 'pc1'))).toEqual(large);
});
