/** What upstream's own managers were recorded to answer: it is read, and what is changed in it is never taken for something else. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sectorClient } from '#src/fleet/sector-client.js';
import { messageOf, SealvisorError } from '#src/protocol/errors.js';
import { listening } from '../tools/fleet/setup.js';
import { anyOf, at, changed, changes, gone, isMistake, placesIn } from '../tools/mutations.js';
import { allExchanges, type Exchange } from '../tools/traffic.js';

type Client = ReturnType<typeof sectorClient>;
const id = { miner: 10000, number: 1 };
const any = { AllowedMiners: null, AllowedProofTypes: null };
const piece = 'baga6ea4seaqiqastjaoj2jtytxfv4uwjaou4xq52iiap7kv6ntos3wtk7s5iqai';

/** How our worker asks for it; left out are methods of which nothing is read. */
const calls: Readonly<Record<string, (client: Client) => Promise<unknown>>> = {
  AllocateSector: (client) => client.allocateSector(any),
  AcquireDeals: (client) => client.acquireDeals(id, { MaxDeals: null, MinUsedSpace: null }),
  AssignTicket: (client) => client.assignTicket(id),
  SubmitPreCommit: (client) => client.submitPreCommit({} as never, {} as never, false),
  PollPreCommitState: (client) => client.pollPreCommitState(id),
  SubmitPersistedEx: (client) => client.submitPersisted(id, 'persist', true),
  WaitSeed: (client) => client.waitSeed(id, 5),
  SubmitProof: (client) => client.submitProof(id, { Proof: '' }, false),
  PollProofState: (client) => client.pollProofState(id),
  SubmitSnapUpProof: (client) => client.submitSnapUpProof(id, {} as never),
  AllocateSanpUpSector: (client) => client.allocateSnapUpSector({ Sector: any, Deals: {} } as never),
  AllocateRebuildSector: (client) => client.allocateRebuildSector(any),
  AllocateUnsealSector: (client) => client.allocateUnsealSector(any),
  AcquireUnsealDest: (client) => client.acquireUnsealDest(id, piece),
  StoreReserveSpace: (client) => client.storeReserveSpace(id, 2048, ['persist']),
  StoreBasicInfo: (client) => client.storeBasicInfo('persist'),
  WdPoStAllocateJobs: (client) => client.wdPoStAllocateJobs(any as never, 1, 'worker-c'),
};

/** What may be left out or null, and then says what is written here. */
const optional: Readonly<Record<string, string>> = {
  'SubmitPreCommit Desc': 'no words',
  'SubmitProof Desc': 'no words',
  'SubmitSnapUpProof Desc': 'no words',
  'PollPreCommitState Desc': 'no words',
  'PollProofState Desc': 'no words',
  'WaitSeed Seed': 'no seed yet: it is asked again',
  'AllocateSanpUpSector Pieces': 'none: the thread gives the job back',
  'AcquireDeals *.DealInfo.AllocationID': 'no allocation',
  'AllocateSanpUpSector Pieces.*.DealInfo.AllocationID': 'no allocation',
  'AllocateRebuildSector Pieces': 'the other of the two names them',
  'AllocateRebuildSector PiecesV2': 'the other of the two names them',
  'AllocateRebuildSector UpgradePublic':
    'it was not upgraded: refused by the thread where IsSnapUp says that it was',
  'StoreReserveSpace Path': 'the name alone is used',
  'StoreReserveSpace Meta': 'none',
  'StoreBasicInfo Path': 'the name alone is used',
  'StoreBasicInfo Meta': 'none',
};

const methodOf = ({ method }: Exchange) => method.replace('Venus.', '');
const recorded = allExchanges().filter(
  (each) =>
    each.caller === 'ours' &&
    each.asked === 'manager' &&
    each.answer !== undefined &&
    methodOf(each) in calls,
);

async function answering() {
  const now = { text: '', status: 200 };
  const url = await listening((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(now.status).end(now.text));
  });
  const read = (exchange: Exchange, text = exchange.answerText) => {
    Object.assign(now, { text, status: exchange.status });
    // A client of its own for each: none remembers what another manager knows.
    return calls[methodOf(exchange)]?.(sectorClient({ url, headers: {} }));
  };
  return { read, host: new URL(url).host };
}

test('each recorded answer is read, and each refusal told with its words', async () => {
  expect(recorded.length).toBeGreaterThan(40);
  const { read } = await answering();
  for (const exchange of recorded) {
    const { at: where, answer } = exchange;
    const outcome = await Promise.resolve(read(exchange)).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    if (answer?.error) {
      expect([where, outcome]).toMatchObject([where, { error: { code: 'remote_error' } }]);
      if ('error' in outcome) expect(messageOf(outcome.error)).toContain(answer.error.message.trim());
    } else
      expect([where, outcome]).toEqual([
        where,
        { value: expect.toSatisfy((value: unknown) => value !== undefined) },
      ]);
  }
});

/** Of a job that upstream's manager gave out. */
function jobOf(method: string): { readonly exchange: Exchange; readonly result: Record<string, unknown> } {
  const exchange = withJobs.find((each) => methodOf(each) === method);
  if (!exchange) throw new Error(`no ${method} was recorded`);
  // It is one of those whose result is an object.
  return { exchange, result: exchange.answer?.result as Record<string, unknown> };
}

test('a rebuild has the pieces that either name holds; unread ones, or none named, refuse it', async () => {
  const { read } = await answering();
  const { exchange, result } = jobOf('AllocateRebuildSector');
  const { Pieces } = jobOf('AllocateSanpUpSector').result;
  const answered = (job: object) => read(exchange, JSON.stringify({ jsonrpc: '2.0', id: 1, result: job }));
  const expected = { Pieces: [{ ID: 77, PayloadSize: 2032, Piece: { Size: 2048 } }] };
  await expect(answered({ ...result, Pieces: null, PiecesV2: Pieces })).resolves.toMatchObject(expected);
  await expect(answered({ ...result, Pieces, PiecesV2: undefined })).resolves.toMatchObject(expected);
  await expect(answered({ ...result, Pieces: null, PiecesV2: [{ Piece: {} }] })).rejects.toThrow(
    /PiecesV2\.0\.Piece\.Size: expected a whole number/,
  );
  await expect(answered({ ...result, Pieces: undefined, PiecesV2: undefined })).rejects.toThrow(
    /Pieces: expected the pieces, null for none/,
  );
});

const withJobs = recorded.filter(
  ({ answer }) => typeof answer?.result === 'object' && answer.result !== null,
);
const places = withJobs.flatMap((exchange) =>
  placesIn(exchange.answer?.result).map((path) => ({ exchange, path })),
);

test('what is left out, null or of another kind is refused with its place, or was never read', async () => {
  const { read, host } = await answering();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...places),
      fc.constantFrom(...changes),
      async ({ exchange, path }, change) => {
        fc.pre(isMistake(exchange.answer?.result, path, change));
        const result = changed(exchange.answer?.result, path, change);
        const method = methodOf(exchange);
        const what = `${exchange.at} ${path.join('.')} = ${String(change)}`;
        const text = JSON.stringify({ jsonrpc: '2.0', id: 1, result });
        const before = await read(exchange);
        const after = await Promise.resolve(read(exchange, text)).catch((thrown: unknown) => thrown);
        if (after instanceof Error) {
          expect(after, what).toBeInstanceOf(SealvisorError);
          expect(messageOf(after), what).toMatch(
            new RegExp(
              `^Venus\\.${method} got an answer of another shape from ${host}: [\\w./]+: expected .+`,
            ),
          );
          return;
        }
        // What was null and is now of its kind is read as it is.
        if (at(exchange.answer?.result, path) === null) return;
        const isEmpty = change === gone || change === null;
        if (isEmpty && `${method} ${anyOf(path)}` in optional) return;
        expect([what, after]).toEqual([what, before]);
      },
    ),
    { numRuns: 1500 },
  );
});
