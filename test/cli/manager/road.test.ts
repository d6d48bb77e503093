/** How often a command is sent, checked and looked up on its way from the command line to a thread. */
import { expect, onTestFinished, test } from 'vitest';
import { resume } from '#cli/commands/manager/resume.js';
import { info, pause } from '#cli/commands/manager/workers.js';
import { pause as pauseAt } from '#cli/commands/worker/pause.js';
import { resume as resumeAt } from '#cli/commands/worker/resume.js';
import { managerApp } from '#src/http/manager/app.js';
import { serve } from '#src/http/serve.js';
import { commandHeader } from '#src/protocol/who.js';
import { captured, listening } from '../../tools/cli/setup.js';
import { answering } from '../../tools/fleet/setup.js';
import { countingProxy } from '../../tools/http/counting-proxy.js';
import { setup as manage, summary } from '../../tools/manager/setup.js';
import { pausedView, viewOf } from '../../tools/protocol/views.js';

captured();

/** A worker of two threads behind a manager that knows it as `w1`; what goes to each is noted. */
async function setup() {
  const { manager } = await manage();
  const worker = await listening([viewOf(), pausedView({ index: 1 })]);
  const toWorker = await countingProxy(worker.served.port);
  manager.roster.ping({ name: 'w1', dest: toWorker.at, version: null, summary });
  const served = await serve(managerApp(manager), { host: '127.0.0.1', port: 0 });
  onTestFinished(() => served.close());
  const toManager = await countingProxy(served.port);
  const lines = () => ({
    manager: toManager.passed.map(({ line }) => line),
    worker: toWorker.passed.map(({ line }) => line),
  });
  const lookUpsBefore = worker.counts.lookUps;
  const lookUps = () => worker.counts.lookUps - lookUpsBefore;
  return {
    ...worker,
    manager,
    toWorker,
    toManager,
    lines,
    lookUps,
    options: { manager: `http://${toManager.at}` },
  };
}

const path = '/api/v1/workers/w1/threads';
/** The id under which the thread took its last command. */
const idOf = (sent: Awaited<ReturnType<typeof setup>>['sent']) => {
  const [, options] = sent.at(-1)?.args ?? [];
  return (options as { readonly id?: string }).id;
};

test('a pause is one request to the manager and one to the worker, and one look for its thread', async () => {
  const { lines, lookUps, sent, toManager, toWorker, options } = await setup();
  await pause('w1', '0', options);
  expect(lines()).toEqual({
    manager: [`POST ${path}/0/pause`],
    worker: ['POST /api/v1/threads/0/pause'],
  });
  expect(lookUps()).toBe(1);
  // Its id is the first door's, all the way.
  const [{ body: first }, { body: second }] = [toManager.passed[0], toWorker.passed[0]] as [
    { body: { id: string } },
    { body: { id: string } },
  ];
  expect(idOf(sent)).toMatch(/^[0-9a-f-]{36}$/);
  expect([first.id, second.id]).toEqual([idOf(sent), idOf(sent)]);
});

test('so is a resume, and what shows the threads', async () => {
  const { lines, lookUps, sent, toManager, options } = await setup();
  await resume('w1', '1', 'PC1Done', options);
  await info('w1', options);
  expect(lines()).toEqual({
    manager: [`POST ${path}/1/resume`, `GET ${path}`],
    worker: ['POST /api/v1/threads/1/resume', 'GET /api/v1/threads'],
  });
  // One for the command, one for the list.
  expect(lookUps()).toBe(2);
  expect(idOf(sent.filter(({ verb }) => verb === 'obey'))).toBe(
    // A resume has a body.
    (toManager.passed[0] as { body: { id: string } }).body.id,
  );
});

test('past the manager they are one request, too, and have their ids', async () => {
  const { toWorker, lookUps, sent } = await setup();
  await pauseAt({ worker: toWorker.at, index: 0 });
  const first = idOf(sent);
  await resumeAt({ worker: toWorker.at, index: 1 });
  expect(toWorker.passed.map(({ line }) => line)).toEqual([
    'POST /api/v1/threads/0/pause',
    'POST /api/v1/threads/1/resume',
  ]);
  expect(lookUps()).toBe(2);
  expect([first, idOf(sent)]).toEqual([expect.any(String), expect.any(String)]);
  expect(idOf(sent)).not.toBe(first);
});

test('what the manager passes on by its path has the id in a header, which an older worker ignores', async () => {
  const { toWorker, options } = await setup();
  const send = (headers: Record<string, string>) =>
    fetch(`${options.manager}/api/v1/workers/w1/worker/cordon`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{}',
    });
  await send({ [commandHeader]: 'mine' });
  await send({});
  expect(toWorker.passed.map(({ headers }) => headers[commandHeader])).toEqual([
    'mine',
    expect.stringMatching(/^[0-9a-f-]{36}$/),
  ]);
  expect(toWorker.passed.map(({ body }) => body)).toEqual([{}, {}]);
});

test("a worker's answer is written once: the manager hands its bytes on", async () => {
  const { manager, options } = await setup();
  const text = '[ {"seq": 1, "at": "2026-11-22T10:00:00.000Z", "kind": "command"} ]';
  const dest = new URL(await answering(text)).host;
  manager.roster.ping({ name: 'w2', dest, version: null, summary });
  const answer = await fetch(`${options.manager}/api/v1/workers/w2/threads/0/history`);
  expect(await answer.text()).toBe(text);
  expect(answer.headers.get('content-type')).toBe('application/json');
});
