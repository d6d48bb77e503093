import { expect, onTestFinished, test } from 'vitest';
import { startTree } from '#src/actors/index.js';
import { requestJson } from '#src/fleet/http-client.js';
import { type Served, serve, servedChild } from '#src/http/serve.js';

const app = { fetch: () => Response.json({ status: 'ok' }) };
const get = (port: number) =>
  requestJson({ method: 'GET', url: `http://127.0.0.1:${port}/`, timeoutMs: 5000 });

test('a server that ends by itself is started again where it was, and nothing else is', async () => {
  const served: Served[] = [];
  const { promise: isBack, resolve: again } = Promise.withResolvers<void>();
  const tree = await startTree({
    children: [
      {
        id: 'other',
        start: servedChild(
          () => app,
          () => ({ host: '127.0.0.1', port: 0 }),
          () => undefined,
        ),
      },
      {
        id: 'control',
        start: servedChild(
          () => app,
          () => ({ host: '127.0.0.1', port: served[0]?.port ?? 0 }),
          (next) => {
            if (served.push(next) === 2) again();
          },
        ),
      },
    ],
  });
  onTestFinished(() => tree.stop());
  const port = served[0]?.port ?? 0;
  await served[0]?.close();
  await isBack;
  expect(await get(port)).toMatchObject({ status: 200, body: { status: 'ok' } });
  expect(tree.children()).toMatchObject([
    { id: 'other', incarnation: 1, restarts: { total: 0 } },
    {
      id: 'control',
      incarnation: 2,
      lastExit: { kind: 'crash', reason: `the server on port ${port} closed` },
    },
  ]);
});

test('a port that is taken fails the first start with its code; nothing is left', async () => {
  const first = await serve(app, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => first.close());
  const start = servedChild(
    () => app,
    () => ({ host: '127.0.0.1', port: first.port }),
    () => undefined,
  );
  await expect(startTree({ children: [{ id: 'control', start }] })).rejects.toMatchObject({
    code: 'port_taken',
  });
});
