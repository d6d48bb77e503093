import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { homeMark } from '../../dist/src/processes/index.js';
import { threadChild } from '../../dist/src/threads/index.js';
import { dispatcher } from '../../dist/src/worker/border/calls.js';
import { processCalls } from '../../dist/src/worker/processors/calls.js';
import { largeAnswers } from '../../dist/src/worker/processors/large-answers.js';
import { WorkerProcessors } from '../../dist/src/worker/processors/processors.js';
import { head, median, often, report } from './report.js';
import { shown } from './shown.js';

const program = new URL('./echo-processor.js', import.meta.url).pathname;
const entry = new URL('./asking-thread.js', import.meta.url);
const small = { size: 100, rounds: often(200, 5) };
const large = { size: often(50_000_000, 1_000_000), rounds: often(9) };

/** A task from a sealing thread to a program and back, beside the same program at the end of a bare pipe. */
export async function bench() {
  head('External processor, against calling it by hand');
  const home = mkdtempSync(`${tmpdir()}/sealvisor-bench-`);
  const hand = await byHand();
  const ours = await asWorker(home);
  const kept = [];
  for (const { what, size, rounds, promise } of [
    { what: 'a small request', ...small, promise: { mostMore: 2 } },
    { what: 'an answer of 50 MB', ...large, promise: { most: 1.01 } },
  ]) {
    const took = { hand: [], ours: [] };
    for (let round = 0; round < rounds; round += 1) {
      took.hand.push(await hand.ask(size));
      took.ours.push(await ours.ask(size));
    }
    const figures = { ours: median(took.ours), floor: median(took.hand), unit: 'ms' };
    kept.push(report({ what, ...figures, ...promise }));
  }
  hand.stop();
  await ours.stop();
  rmSync(home, { recursive: true, force: true });
  return kept.filter((each) => !each).length;
}

async function byHand() {
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const line = () =>
    new Promise((resolve) => {
      const chunks = [];
      const take = (chunk) => {
        chunks.push(chunk);
        if (chunk.at(-1) !== 0x0a) return;
        child.stdout.off('data', take);
        resolve(Buffer.concat(chunks).toString());
      };
      child.stdout.on('data', take);
    });
  await line();
  let id = 0;
  return {
    ask: async (size) => {
      const started = performance.now();
      const answer = line();
      id += 1;
      child.stdin.write(`${JSON.stringify({ id, task: { size } })}\n`);
      JSON.parse(await answer);
      return performance.now() - started;
    },
    stop: () => child.kill(),
  };
}

async function asWorker(home) {
  const processors = new WorkerProcessors({
    processors: [
      {
        stage: 'pc1',
        command: process.execPath,
        args: [program],
        env: process.env,
        stableWaitMs: 10_000,
        autoRestart: true,
      },
    ],
    mark: homeMark(home),
    emit: shown,
    onProgress: () => undefined,
  });
  processors.goBy({ look: () => undefined, isAtTheDoor: () => true });
  const tree = await processors.start();
  const processes = processCalls(processors, largeAnswers(), 0);
  const services = dispatcher({ processes, desk: null, stores: null, settings: null, manager: null });
  const thread = await threadChild({ entry, name: 'bench', services })();
  return {
    ask: (size) => thread.call('ask', [size], 60_000),
    stop: async () => {
      await thread.stop();
      await tree.stop();
    },
  };
}
