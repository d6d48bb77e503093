/** Where a piece is fetched: only from the manager that is meant, as calls are made only to it. */
import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { type ManagerLink, sectorClient } from '#src/fleet/sector-client.js';
import { SealvisorError } from '#src/protocol/errors.js';
import { identityHeaders } from '#src/protocol/identity.js';
import { listening } from '../tools/fleet/setup.js';

/** A worker that means manager `one`, and a server that says it is manager `id`. */
async function setup(id: string | undefined, { meant = 'one' as string | null, status = 404 } = {}) {
  const asked: IncomingMessage[] = [];
  const url = await listening((request, response) => {
    asked.push(request);
    response.writeHead(status, id === undefined ? {} : { [identityHeaders.manager]: id }).end();
  });
  let answering: string | null = null;
  const link: ManagerLink = {
    worker: 'worker-a',
    meant: () => meant,
    answered: async (manager) => {
      answering = manager;
    },
    check: () => {
      if (answering !== null && answering !== meant)
        throw new SealvisorError('other_manager', `another manager answers: ${answering}`);
    },
    usedNumbers: async () => [],
    used: async () => undefined,
  };
  const client = sectorClient({ url, headers: { 'x-own': '1' }, pieceToken: 't' }, link);
  return { asked, url, source: () => client.holding(null).pieceSource('baga') };
}

test('another manager is not asked for a piece', async () => {
  const { asked, source } = await setup('two');
  await expect(source()).rejects.toMatchObject({ code: 'other_manager' });
  expect(asked).toMatchObject([
    {
      method: 'HEAD',
      url: '/piecestore/baga',
      headers: {
        [identityHeaders.expects]: 'one',
        [identityHeaders.worker]: 'worker-a',
        authorization: 'Bearer t',
        'x-own': '1',
      },
    },
  ]);
});

test.each([
  ['the manager that is meant, also without the piece', 'one', 404],
  ['a manager that does not say who it is', undefined, 200],
  ['a gateway before it', undefined, 502],
])('%s is asked for it', async (_, id, status) => {
  const { url, source } = await setup(id, { status });
  expect(await source()).toEqual({
    url: `${url}/piecestore/baga`,
    headers: { authorization: 'Bearer t' },
  });
});

test('where no manager is known by its id, nobody is asked before the piece itself', async () => {
  const { asked, source } = await setup('two', { meant: null });
  await source();
  expect(asked).toEqual([]);
});

test('a manager that is away is waited out', async () => {
  const client = sectorClient(
    { url: 'http://127.0.0.1:9', headers: {} },
    {
      worker: 'worker-a',
      meant: () => 'one',
      answered: async () => undefined,
      check: () => undefined,
      usedNumbers: async () => [],
      used: async () => undefined,
    },
  );
  await expect(client.pieceSource('baga')).rejects.toMatchObject({ code: 'unreachable' });
});
