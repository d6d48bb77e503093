/** The command line itself: options that contradict each other, Ctrl-C, help. */
import { expect, test } from 'vitest';
import { listening } from '../../tools/cli/setup.js';
import { run, start } from '../../tools/e2e/setup.js';
import { workerViewOf } from '../../tools/http/setup.js';
import { viewOf } from '../../tools/protocol/views.js';

test.each([
  [['pause', '--index', '0', '--now', '--freeze'], '--now'],
  [['pause', '--index', '0', '--wait', '--no-wait'], '--no-wait'],
  [['pause', '--index', '0', '--no-wait', '--wait'], '--no-wait'],
  [['pause', '--index', '0', '--timeout', '10m'], '--timeout'],
  [['pause', '--index', '0', '--wait', '--timeout', 'soon'], 'soon'],
  [['pause', '--index', '0', '--revision', 'last'], 'revision'],
  [['history'], '--index'],
  [['why', '--index', 'first'], 'index'],
  [['limit', 'pc1', '-1'], '-1'],
  [['breaker', '--close'], '--close'],
  [['drain', '--deadline', 'tonight'], 'tonight'],
])('%j is wrong usage, in one line that names what is wrong', async (args, named) => {
  const { code, stdout, stderr } = await run('venus-worker', ['worker', '--worker', '127.0.0.1:1', ...args]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^error: [^\n]* \([a-z_]+\)\n$/);
  expect(stderr).toContain(named);
});

test.each([
  'list',
  'pause',
  'resume',
  'restart',
  'history',
  'show',
  'why',
  'info',
  'cordon',
  'uncordon',
  'drain',
  'stop',
  'limit',
  'breaker',
  'reload',
])('worker %s has help of its own, and takes --json', async (verb) => {
  const { code, stdout } = await run('venus-worker', ['worker', verb, '--help']);
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`^Usage: venus-worker worker ${verb} `));
  expect(stdout).toContain('--json');
});

test('Ctrl-C in the middle of --wait says that the pause stays requested, and the worker hears of it', async () => {
  const { promise: gone, resolve: isGone } = Promise.withResolvers<void>();
  const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
  const { worker } = await listening([viewOf()], {
    pause: (_index, { signal }) => {
      signal?.addEventListener('abort', () => isGone());
      isAsked();
      return new Promise(() => undefined);
    },
  });
  const command = start('venus-worker', ['worker', '--worker', worker, 'pause', '--index', '0', '--wait']);
  await asked;
  const { code, stderr } = await command.end('SIGINT');
  expect({ code, stderr }).toEqual({
    code: 130,
    stderr: 'the pause of thread #0 stays requested; `list` shows when it takes effect\n',
  });
  await gone;
});

test('Ctrl-C in the middle of drain --wait leaves the drain on', async () => {
  const view = { done: 0, of: 1, by: 'bob', reason: null, at: '', toFinish: false, deadline: null, left: [] };
  const worker = () => workerViewOf({ life: 'draining', drain: view });
  const served = await listening([viewOf()], {
    worker,
    drain: async () => ({ ...worker(), changed: true, message: 'the worker is being drained' }),
  });
  const command = start('venus-worker', ['worker', '--worker', served.worker, 'drain', '--wait']);
  await command.line(/0 of 1/);
  expect(await command.end('SIGINT')).toMatchObject({
    code: 130,
    stderr: expect.stringMatching(/\nthe drain stays on; `venus-worker worker uncordon` lifts it\n$/),
  });
});
