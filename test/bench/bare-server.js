/** The floor of a control's hop: hono and Comlink, with neither auth nor validation, to `bare-thread.js`. */
import { Worker } from 'node:worker_threads';
import { serve } from '@hono/node-server';
import { wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { Hono } from 'hono';

/** With a `database` the thread commits to it before it answers. */
export async function bareServer(database) {
  const thread = new Worker(new URL('./bare-thread.js', import.meta.url), { workerData: { database } });
  await new Promise((resolve) => thread.once('message', resolve));
  const remote = wrap(nodeEndpoint(thread));
  const app = new Hono();
  for (const [verb, type] of [
    ['pause', 'THREAD.PAUSE'],
    ['resume', 'THREAD.RESUME'],
  ]) {
    app.post(`/${verb}`, async (context) => {
      const event = await context.req.json();
      return context.json(await remote.send({ ...event, type }));
    });
  }
  let server;
  const { port } = await new Promise((resolve) => {
    server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, resolve);
  });
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await thread.terminate();
    },
  };
}
