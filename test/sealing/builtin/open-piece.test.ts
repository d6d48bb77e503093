import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runTask } from '#src/sealing/builtin/index.js';
import { failureOf } from '#src/sealing/runner.js';
import { bytesOf, makeDir, makeWork } from '../../tools/sealing/chain.js';

/** Adds a piece that a server is asked for. */
async function added(answer: (response: ServerResponse) => void) {
  const server = createServer((_, response) => answer(response));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const piece = {
    piece_file: { url: `http://127.0.0.1:${port}/piece/baga` },
    payload_size: 127,
    piece_size: 127,
  };
  const task = {
    seal_proof_type: 'StackedDrg2KiBV1_1',
    pieces: [piece],
    staged_filepath: join(makeDir(), 'staged'),
  };
  return runTask('add_pieces', task, makeWork());
}

const problem = (status: number, body: string) => (response: ServerResponse) =>
  void response.writeHead(status, { 'content-type': 'application/problem+json' }).end(body);
const advice = '; put the file back and resume, or abort the sector with --state Aborted';

test('a payload comes from a server', async () => {
  expect(await added((response) => void response.end(bytesOf(127)))).toMatchObject([{ size: 127 }]);
});

test.each([
  [
    'what a problem says is passed on',
    problem(404, JSON.stringify({ detail: 'piece baga is gone: /pieces/a cannot be read' })),
    'it is no longer there (piece baga is gone: /pieces/a cannot be read)',
  ],
  [
    'a very long word is cut',
    problem(403, JSON.stringify({ detail: 'x'.repeat(900) })),
    `the server answered 403 (${'x'.repeat(300)})`,
  ],
  ['no JSON', problem(404, '{'), 'it is no longer there'],
  ['no detail', problem(403, '{"title":"no"}'), 'the server answered 403'],
  [
    'another type',
    (response: ServerResponse) => void response.writeHead(404).end('{"detail":"x"}'),
    'it is no longer there',
  ],
  [
    'an endless problem',
    (response: ServerResponse) => {
      response.writeHead(404, { 'content-type': 'application/problem+json' });
      response.write('"'.repeat(1_000_000));
    },
    'it is no longer there',
  ],
])('%s', async (_, answer, why) => {
  await expect(added(answer)).rejects.toMatchObject({
    level: 'permanent',
    message: `piece baga cannot be fetched: ${why}${advice}`,
  });
});

test.each([500, 502, 503, 408, 429])(
  'a server that answers %d is asked again until it can: no try is counted',
  async (status) => {
    const failure = await added(problem(status, '{"detail":"busy"}')).catch((thrown: unknown) => thrown);
    expect(failureOf(failure)).toEqual({
      level: 'temporary',
      message: `piece baga cannot be fetched: the server answered ${status} (busy)`,
      isUnreachable: true,
    });
  },
);

test('a server that is away is waited out', async () => {
  const failure = await added((response) => void response.destroy()).catch((thrown: unknown) => thrown);
  expect(failureOf(failure)).toMatchObject({ level: 'temporary', isUnreachable: true });
});
