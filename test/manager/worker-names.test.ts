/** A worker may be called as it likes: every command and route finds it, and none finds another. */
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { resume } from '#cli/commands/manager/resume.js';
import { info, list, pause, remove } from '#cli/commands/manager/workers.js';
import { tree } from '#cli/commands/tree.js';
import { managerApp } from '#src/http/manager/app.js';
import { serve } from '#src/http/serve.js';
import { captured } from '../tools/cli/setup.js';
import { listening } from '../tools/fleet/setup.js';
import { setup as manage, summary } from '../tools/manager/setup.js';

const said = captured();
const names = [
  'a/b',
  'a%b',
  'a%2Fb',
  '100%',
  'a?b=c',
  'a#b',
  '.',
  '..',
  '...',
  '../..',
  'a b',
  'a\\b',
  'ä ö 工作 🚀',
  'a+b&c;d',
  'a@b',
  '@',
  '"quoted"',
  "it's",
  'constructor',
  'x'.repeat(128),
];

/** A manager that knows a worker of each name; what each one was asked for. */
async function setup() {
  const { manager } = await manage();
  const asked: string[] = [];
  for (const [at, name] of names.entries()) {
    const url = await listening((request, response) => {
      asked.push(`${at} ${request.method} ${request.url}`);
      const view = { index: 0, location: '/l', plan: 'sealer', state: 'Empty', mode: 'idle', since: '' };
      const answer = request.url?.endsWith('/threads')
        ? []
        : request.url?.endsWith('/tree')
          ? { root: { id: 'worker', status: 'running', since: '', restarts: {}, children: [] } }
          : { ...view, changed: true, message: 'done' };
      request.resume();
      request.on('end', () =>
        response.setHeader('content-type', 'application/json').end(JSON.stringify(answer)),
      );
    });
    manager.roster.ping({ name, dest: new URL(url).host, version: null, summary, source: '127.0.0.1' });
  }
  const served = await serve(managerApp(manager), { host: '127.0.0.1', port: 0 });
  onTestFinished(() => served.close());
  return { manager, asked, port: served.port, options: { manager: `http://127.0.0.1:${served.port}` } };
}

test('by its name, whatever stands in it', async () => {
  const { manager, asked, options } = await setup();
  await list({ ...options, expiration: '1m' });
  for (const [at, name] of names.entries()) {
    asked.length = 0;
    await info(name, options);
    await tree(name, { ...options, json: true });
    await pause(name, '0', options);
    await resume(name, '0', undefined, options);
    expect(asked, name).toEqual([
      `${at} GET /api/v1/threads`,
      `${at} GET /api/v1/tree`,
      `${at} POST /api/v1/threads/0/pause`,
      `${at} POST /api/v1/threads/0/resume`,
    ]);
  }
  for (const name of names) await remove(name, options);
  expect(manager.roster.list()).toEqual([]);
  expect(said.out).not.toContain('undefined');
});

test('a request of HTTP/1.0 without a host is answered', async () => {
  const { port } = await setup();
  const answer = await new Promise<string>((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write('GET /api/v1/workers HTTP/1.0\r\n\r\n'));
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
});
