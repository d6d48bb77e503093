/** A new plan is one table and its stages: what is there takes it as it is. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createActor, waitFor } from 'xstate';
import { planChart, planList, planSection, planTable } from '#cli/output/plan-text.js';
import {
  type Plan,
  planState,
  possibleStates,
  sealingThread,
  stageName,
  stagesBetween,
} from '#machines/index.js';
import { stageRunner } from '#src/sealing/runner.js';
import { sectorFiles } from '#src/sealing/sector-files.js';
import { output, type Stage, sectorAtHand } from '#src/sealing/stage.js';
import { openThreadStore } from '#src/store/thread-store.js';
import { modeOf, possibleNow } from '#src/worker/thread/view.js';
import { stageContext } from '../../tools/sealing/stage-context.js';
import { freshDir, sector } from '../../tools/store/setup.js';

const weigh: Plan = {
  name: 'weigh',
  about: 'counts what is in a file, and tells it',
  states: [
    { name: 'Empty', stage: '-', needs: { outputs: [], files: [] } },
    { name: 'Allocated', stage: 'Copy', needs: { outputs: ['text'], files: [] } },
    { name: 'Copied', stage: 'Weigh', processor: 'weigh', needs: { outputs: ['text'], files: ['staged'] } },
    { name: 'Weighed', stage: 'Tell', needs: { outputs: ['text', 'weight'], files: [] } },
    { name: 'Finished', stage: '-', needs: { outputs: ['text', 'weight'], files: [] } },
    { name: 'Aborted', stage: '-', needs: { outputs: [], files: [] } },
  ],
  edges: [
    { from: 'Empty', event: 'AllocateWeigh', to: 'Allocated' },
    { from: 'Allocated', event: 'Copy', to: 'Copied' },
    { from: 'Copied', event: 'Weigh', to: 'Weighed' },
    { from: 'Weighed', event: 'Tell', to: 'Finished' },
    { from: 'Weighed', event: 'Again', to: 'Copied' },
  ],
};

/** The stages, a gate before the heavy one, and what is told in the end. */
function stagesOf() {
  const told: number[] = [];
  const gates: (() => void)[] = [];
  const stages: Readonly<Record<string, Stage>> = {
    Empty: async () => ({ event: 'AllocateWeigh', sector, outputs: { text: 'three words here' } }),
    Allocated: async (context) => {
      const { staged } = sectorFiles(context.location, sectorAtHand(context).id);
      mkdirSync(dirname(staged), { recursive: true });
      writeFileSync(staged, output<string>(context, 'text'));
      return { event: 'Copy' };
    },
    Copied: async (context) => {
      await new Promise<void>((resolve, reject) => {
        gates.push(resolve);
        context.signal.addEventListener('abort', () => reject(context.signal.reason));
      });
      const { staged } = sectorFiles(context.location, sectorAtHand(context).id);
      return { event: 'Weigh', outputs: { weight: readFileSync(staged).length } };
    },
    Weighed: async (context) => {
      told.push(output<number>(context, 'weight'));
      return { event: 'Tell' };
    },
    Finished: async () => ({ event: 'Released' }),
    Aborted: async () => ({ event: 'Released' }),
  };
  return { stages, told, gates };
}

/** One life of a thread on this location: its store, its stages, its machine. */
function live(location: string, { stages, gates }: ReturnType<typeof stagesOf>) {
  const store = openThreadStore(location);
  const { context } = stageContext();
  const runStage = stageRunner({
    stages,
    nameOf: (state) => stageName(planState(weigh, state)),
    faults: [],
    leastMs: {},
  });
  const granted = async () => ({ granted: true, isProbe: false }) as const;
  const machine = sealingThread(weigh, {
    stage: ({ record }, signal) => runStage({ ...context, record, location, signal }),
    askPlace: granted,
    awaitPlace: granted,
    leaveLine: () => undefined,
    commit: (record, row) => void (row && store.commit(record, row)),
  });
  const hour = 3_600_000;
  const actor = createActor(machine, {
    input: {
      record: store.read(weigh, Date.now()),
      settings: () => ({ maxRetries: 2, recoverIntervalMs: hour, sealIntervalMs: hour, retry: {} }),
      now: () => Date.now(),
      steady: () => performance.now(),
      random: () => 0.5,
      possible: (record) => possibleNow(weigh, location, record),
    },
  });
  const kill = () => {
    actor.stop();
    store.close();
  };
  onTestFinished(kill);
  actor.start();
  const record = () => actor.getSnapshot().context.record;
  const by = { by: 'alice', reason: null } as const;
  return {
    store,
    kill,
    record,
    possible: () => possibleNow(weigh, location, record()),
    mode: () => modeOf(actor.getSnapshot()).mode,
    /** Until the thread is there. */
    at: (state: string, mode: string) =>
      waitFor(actor, (now) => now.context.record.state === state && modeOf(now).mode === mode, {
        timeout: 20_000,
      }),
    /** The heavy stage that waits goes on. */
    release: async () => {
      await expect.poll(() => gates.length, { interval: 1, timeout: 20_000 }).toBeGreaterThan(0);
      gates.shift()?.();
    },
    pause: () => actor.send({ type: 'THREAD.PAUSE', how: 'after-stage', ...by }),
    resume: (state: string | null) => actor.send({ type: 'THREAD.RESUME', state, force: false, ...by }),
  };
}

const transitions = (store: ReturnType<typeof live>['store']) =>
  store
    .history({})
    .filter(({ kind }) => kind === 'transition')
    .map(({ from, event, to, stage }) => `${from} --${event}--> ${to} (${stage})`);

test('its thread goes from nothing to Finished, over a pause, a resume to an earlier state, and a kill', async () => {
  const location = freshDir();
  const work = stagesOf();
  const first = live(location, work);
  await first.at('Copied', 'running');
  first.pause();
  expect(first.mode()).toBe('pausing');
  await first.release();
  await first.at('Weighed', 'paused');
  expect(first.possible()).toEqual(['Allocated', 'Copied', 'Weighed', 'Aborted']);

  first.resume('Nowhere');
  first.resume('Finished');
  expect([first.record().state, first.mode()]).toEqual(['Weighed', 'paused']);
  first.resume('Allocated');
  await first.at('Copied', 'running');
  expect(work.told).toEqual([]);
  first.kill();
  work.gates.length = 0;

  const second = live(location, work);
  expect(second.record()).toMatchObject({ plan: 'weigh', state: 'Copied', sector, isPaused: false });
  await second.release();
  await second.at('Empty', 'resting');
  expect(work.told).toEqual([16]);
  expect(transitions(second.store)).toEqual([
    'Empty --AllocateWeigh--> Allocated (-)',
    'Allocated --Copy--> Copied (Copy)',
    'Copied --Weigh--> Weighed (Weigh)',
    'Allocated --Copy--> Copied (Copy)',
    'Copied --Weigh--> Weighed (Weigh)',
    'Weighed --Tell--> Finished (Tell)',
    'Finished --Released--> Empty (null)',
  ]);
});

test('a kill while it is paused leaves it paused; a file that is gone makes its state impossible', async () => {
  const location = freshDir();
  const work = stagesOf();
  const first = live(location, work);
  await first.at('Copied', 'running');
  first.pause();
  await first.release();
  await first.at('Weighed', 'paused');
  first.kill();
  rmSync(sectorFiles(location, sector.id).staged);
  const second = live(location, work);
  expect(second.mode()).toBe('paused');
  expect(second.possible()).toEqual(['Allocated', 'Weighed', 'Aborted']);
  second.resume('Copied');
  expect([second.record().state, second.mode()]).toEqual(['Weighed', 'paused']);
  second.resume('Aborted');
  await second.at('Empty', 'resting');
  expect(work.told).toEqual([]);
});

test('what is possible and what a move redoes come from its table', () => {
  const all = { outputs: ['text', 'weight'], hasFile: () => true };
  expect(possibleStates(weigh, all)).toEqual(['Allocated', 'Copied', 'Weighed', 'Aborted']);
  expect(possibleStates(weigh, { ...all, outputs: ['text'] })).toEqual(['Allocated', 'Copied', 'Aborted']);
  expect(stagesBetween(weigh, 'Allocated', 'Weighed')).toEqual(['Copy', 'Weigh']);
  expect(stagesBetween(weigh, 'Weighed', 'Finished')).toEqual(['Tell']);
});

test('it is printed as the others are', () => {
  expect(planList([weigh])).toMatch(/^weigh +6 +counts what is in a file, and tells it$/m);
  expect(planTable(weigh)).toMatch(/^Copied +Weigh +Weighed +Weigh +weigh +text; files staged$/m);
  expect(planChart(weigh)).toContain('  Weighed --> Copied: Again\n');
  expect(planSection(weigh)).toContain(
    '| Weighed | Tell | Finished | Tell | - | text, weight |\n|  | Again | Copied |',
  );
});
