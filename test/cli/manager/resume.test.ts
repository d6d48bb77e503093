/** `util worker resume` of many threads, through a manager, over real doors. */
import { expect, onTestFinished, test } from 'vitest';
import { resume } from '#cli/commands/manager/resume.js';
import { managerApp } from '#src/http/manager/app.js';
import { serve } from '#src/http/serve.js';
import type { WorkerControl } from '#src/worker/control-words.js';
import { captured, listening } from '../../tools/cli/setup.js';
import { setup as manage, summary } from '../../tools/manager/setup.js';
import { pausedView, viewOf } from '../../tools/protocol/views.js';

const said = captured();

/** A manager that knows workers `w1` and `w2`, whose threads #1 and #2 are paused, and `away`, where nobody listens. */
async function setup() {
  const { manager } = await manage();
  const asked: string[] = [];
  const views = [viewOf(), pausedView({ index: 1 }), pausedView({ index: 2, state: 'PC1Done' })];
  for (const name of ['w1', 'w2']) {
    const resumed: WorkerControl['resume'] = async (index, { by, reason }) => {
      asked.push([name, index, by, reason].join(' '));
      return { ...viewOf({ index }), changed: true, message: `thread #${index} resumes` };
    };
    const { worker: dest } = await listening(views, { resume: resumed }, name);
    manager.roster.ping({ name, dest, version: null, summary });
  }
  manager.roster.ping({ name: 'away', dest: '127.0.0.1:1', version: null, summary });
  const served = await serve(managerApp(manager), { host: '127.0.0.1', port: 0 });
  onTestFinished(() => served.close());
  return { manager, asked, options: { manager: `http://127.0.0.1:${served.port}`, reason: 'disk is back' } };
}

test('--all and its selectors mean the paused threads of one worker', async () => {
  const { asked, options } = await setup();
  await resume('w1', undefined, undefined, { ...options, all: true });
  expect(asked).toEqual([
    expect.stringMatching(/^w1 1 \S+@\S+ disk is back$/),
    expect.stringMatching(/^w1 2 \S+@\S+ disk is back$/),
  ]);
  expect(said.err).toBe('thread #1 resumes\nthread #2 resumes\n');
  expect(process.exitCode).toBeUndefined();
  await resume('w2', undefined, undefined, { ...options, stateIs: 'PC1Done' });
  expect(asked).toHaveLength(3);
  await resume('w2', undefined, undefined, { ...options, stateIs: 'PC2Done' });
  expect(asked).toHaveLength(3);
  expect(process.exitCode).toBe(3);
});

test('--all-workers means those of every worker; one that does not answer is told, and the others are resumed', async () => {
  const { asked, options } = await setup();
  await resume(undefined, undefined, undefined, { ...options, allWorkers: true, stateIs: 'PC1Done' });
  expect(asked.map((each) => each.slice(0, 4))).toEqual(['w1 2', 'w2 2']);
  expect(said.err).toMatch(/^away: .*127\.0\.0\.1:1.*\nw1: thread #2 resumes\nw2: thread #2 resumes\n$/m);
  expect(process.exitCode).toBe(1);
  said.out = '';
  await resume(undefined, undefined, undefined, {
    ...options,
    allWorkers: true,
    error: 'nothing says so',
    json: true,
  });
  expect(
    said.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([{ worker: 'away', changed: false, code: 'unreachable', message: expect.any(String) }]);
});

test('--all-workers resumes the threads of a living worker once, also beside one of its name that has ended', async () => {
  const { asked, options, manager } = await setup();
  const ended = { worker: 'id-1', incarnation: '3f9a', dest: '10.0.0.9:1', life: 'stopped' } as const;
  manager.roster.ping({ name: 'w1', version: null, summary, ...ended });
  await resume(undefined, undefined, undefined, { ...options, allWorkers: true, stateIs: 'PC1Done' });
  expect(asked.map((each) => each.slice(0, 4))).toEqual(['w1 2', 'w2 2']);
});

test.each([
  ['neither a worker nor a thread', [undefined, undefined], {}],
  ['a worker without a thread', ['w1', undefined], {}],
  ['a selection without a worker', [undefined, undefined], { all: true }],
  ['every worker and one', ['w1', undefined], { allWorkers: true }],
  ['all and one thread', ['w1', '0'], { all: true }],
] as const)('%s is wrong usage', async (_, [name, index], flags) => {
  await expect(
    resume(name, index, undefined, { manager: 'http://127.0.0.1:1', ...flags }),
  ).rejects.toMatchObject({
    code: 'usage',
  });
});
