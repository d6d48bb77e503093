/** A body, query or parameter that is not valid is refused in our words: the field, what is expected, what was found. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { managerApp } from '#src/http/manager/app.js';
import type { WorkerControl } from '#src/worker/control-words.js';
import { rpc, workerDoors } from '../tools/http/setup.js';
import { bytesOf, setup } from '../tools/manager/jobs-setup.js';
import { preCommitOf, summary } from '../tools/manager/setup.js';
import { viewOf } from '../tools/protocol/views.js';

// Whatever a schema has no words for would read so.
z.config({ localeError: () => 'ZOD SPEAKS' });

const ID = { Miner: 10000, Number: 1 };
const wanted = { AllowedMiners: [10000], AllowedProofTypes: [5], Request: 'r1', UsedNumbers: [ID] };
const who = { reason: 'swap disk', by: 'alice@laptop' };
const command = { ...who, id: 'c1', ifRevision: 1 };
const counts = { Threads: 3, Empty: 1, Paused: 1, Running: 1, Waiting: 0, Errors: 1 };
const snapUpProof = {
  CommR: bytesOf(7),
  CommD: Buffer.from(bytesOf(8)).toString('base64'),
  AccessInstance: 's1',
  Pieces: [{ '/': 'baga' }, 'baga'],
  Proof: 'AAAA',
};
const report = {
  Worker: { Instance: 'w1', Location: '/store1' },
  StateChange: { Prev: 'Empty', Next: 'Allocated', Event: 'Allocate' },
  Failure: { Level: 'Permanent', Desc: 'disk lost' },
};
const ping = {
  Name: 'w1',
  Dest: '127.0.0.1:17890',
  Version: '1',
  Id: 'a1',
  Incarnation: 'b1',
  Life: 'serving',
  SectorsOf: 'c1',
  UsedNumbers: [ID],
  Summary: counts,
};

/** Every method with parameters, as a valid call has them. */
const managerCalls: Readonly<Record<string, readonly unknown[]>> = {
  WorkerPing: [ping],
  WorkerGetPingInfo: ['w1'],
  WorkerPingInfoRemove: ['w1'],
  AllocateSector: [wanted],
  AcquireDeals: [ID, { MaxDeals: 1, MinUsedSpace: 1 }],
  AssignTicket: [ID],
  SubmitPreCommit: [{ ID, ProofType: 5 }, preCommitOf(), true],
  PollPreCommitState: [ID],
  SubmitPersistedEx: [ID, 's1', false],
  WaitSeed: [ID],
  SubmitProof: [ID, { Proof: 'AAAA' }, false],
  PollProofState: [ID],
  SubmitSnapUpProof: [ID, snapUpProof],
  ReportState: [ID, report],
  ReportFinalized: [ID],
  ReportAborted: [ID, 'disk lost'],
  AllocateSanpUpSector: [{ Sector: wanted, Deals: { MaxDeals: 1, MinUsedSpace: 1 }, Request: 'r1' }],
  AllocateRebuildSector: [wanted],
  AllocateUnsealSector: [wanted],
  AchieveUnsealSector: [ID, { '/': 'baga' }, ''],
  AcquireUnsealDest: [ID, { '/': 'baga' }],
  StoreReserveSpace: [ID, 1, ['s1']],
  StoreBasicInfo: ['s1'],
  WdPoStAllocateJobs: [{ AllowedMiners: [10000], AllowedProofTypes: ['2KiB'], Request: 'r1' }, 1, 'w1'],
  WdPoStHeartbeatJobs: [['wdpost-1'], 'w1'],
  WdPoStFinishJob: ['wdpost-1', { proofs: ['AAAA', [1, 2]], faults: [1] }, ''],
};
const workerCalls = {
  WorkerPause: [0],
  WorkerResume: [0, 'PC1Done'],
  WorkerSetEnv: ['A', 'b'],
  WorkerRemoveEnv: ['A'],
};
const sector = '/api/v1/sectors/s-t010000-1';
const thread = '/api/v1/threads/0';
const managerBodies: readonly (readonly [string, object])[] = [
  [`${sector}/abort`, who],
  [`${sector}/snapup`, { ...who, pieces: '/nowhere' }],
  [`${sector}/rebuild`, who],
  [`${sector}/unseal`, { ...who, piece: 'baga', dest: 'file:///nowhere' }],
  ['/api/v1/wdpost', { ...who, sectors: ['s-t010000-1'] }],
  ['/api/v1/jobs/wdpost-1/cancel', who],
];
const workerBodies: readonly (readonly [string, object])[] = [
  [`${thread}/pause`, { ...command, how: 'now', waitMs: 1 }],
  [`${thread}/resume`, { ...command, state: 'PC1Done', dryRun: false, force: true }],
  [`${thread}/restart`, who],
  ['/api/v1/worker/cordon', who],
  ['/api/v1/worker/uncordon', who],
  ['/api/v1/worker/drain', { ...who, toFinish: true, deadlineMs: 1 }],
  ['/api/v1/worker/adopt', { ...who, manager: 'm1' }],
  ['/api/v1/worker/stop', { ...who, graceMs: 1 }],
  ['/api/v1/worker/reload', { ...who, dryRun: true }],
  ['/api/v1/limits/pc1', { ...who, limit: 1 }],
  ['/api/v1/breakers/c2/close', who],
];
const queries: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  [`${thread}/history`, { limit: '1', after: '1', sector: 's-t010000-1', kind: 'error' }],
  ['/api/v1/events', { after: 'b1-1', thread: '0', types: 'row' }],
];

const long = 'x'.repeat(5000);
const odd = fc.constantFrom(
  ...[undefined, null, -1, 1.5, 1e300, 300, '', ' ', '%', 'x', long, true, [], [null], {}, { x: 1 }],
);
const oddText = fc.constantFrom('', '-1', '1.5', 'x', '1,2', long);

/** Every place within `value`, the whole of it first. */
function places(value: unknown, at: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, part]) => places(part, [...at, key]))];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy = structuredClone(value) as Record<string, unknown>; // an object or a list: `places` found the key in it
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

/** `value` with something odd in one place, or with a field that nobody knows. */
const mutated = (value: unknown) =>
  fc
    .tuple(fc.constantFrom(...places(value)), odd, fc.boolean())
    .map(([at, by, isMore]) =>
      isMore && at.length === 0 && !Array.isArray(value)
        ? { ...(value as object), surplus: by }
        : replaced(value, at, by),
    );

const plain = /: (expected .+|unknown field .+; known are .+)$/s;

function checkWords(code: unknown, words: string): void {
  expect(words).not.toMatch(
    /ZOD|Invalid |received |\bundefined\b|Unrecognized|Too (big|small)|expected (string|number|boolean|array|object)/,
  );
  if (code === 'invalid_request')
    expect(words).toMatch(/expected|unknown field|is not (?:a|valid) |no dry run/);
  if (/unknown field|\((found|it is missing)/.test(words)) expect(words).toMatch(plain);
}

async function workerApp() {
  const done = async () => ({ ...viewOf(), changed: true, message: 'done' });
  const verbs = [
    'pause',
    'resume',
    'dryRun',
    'restart',
    'cordon',
    'uncordon',
    'drain',
    'adopt',
    'stop',
    'reload',
  ];
  const more = ['setLimit', 'closeBreaker', 'setEnv', 'removeEnv', 'history'];
  const own = Object.fromEntries([...verbs, ...more].map((verb) => [verb, done]));
  // Each answers in a shape that the doors pass on as it is.
  return workerDoors([viewOf()], own as Partial<WorkerControl>).app;
}

const managers = async () => managerApp((await setup({ finished: 1 })).manager);
const runs = { numRuns: 60, seed: 12 };

test.each([
  ['the manager', 'Venus.', '/rpc/v0', managers, managerCalls],
  ['the worker', 'VenusWorker.', '/', workerApp, workerCalls],
] as const)(
  'a call of %s with odd parameters is refused in plain words',
  async (_, space, path, open, calls) => {
    const app = await open();
    for (const [name, params] of Object.entries(calls))
      await fc.assert(
        fc.asyncProperty(mutated(params), async (odds) => {
          const { error } = await rpc(app, `${space}${name}`, odds, path);
          if (error) checkWords((error.data as { code?: unknown } | undefined)?.code, error.message);
        }),
        runs,
      );
  },
);

test.each([
  ['the manager', managers, managerBodies],
  ['the worker', workerApp, workerBodies],
] as const)('a request to %s with an odd body is refused in plain words', async (_, open, bodies) => {
  const app = await open();
  for (const [path, body] of bodies)
    await fc.assert(
      fc.asyncProperty(mutated(body), async (odds) => {
        const method = path.includes('/limits/') ? 'PUT' : 'POST';
        const sent = JSON.stringify(odds) ?? '';
        const response = await app.request(path, {
          method,
          headers: { 'content-type': 'application/json' },
          body: sent,
        });
        const answer = (await response.json()) as { readonly code?: unknown; readonly detail?: string };
        if (!response.ok) checkWords(answer.code, answer.detail ?? '');
      }),
      runs,
    );
});

test('an odd query is refused in plain words', async () => {
  const app = await workerApp();
  for (const [path, query] of queries)
    for (const [key] of [...Object.entries(query), ['surplus']])
      await fc.assert(
        fc.asyncProperty(oddText, async (value) => {
          const response = await app.request(
            `${path}?${new URLSearchParams({ ...query, [key ?? '']: value })}`,
            {
              method: path.endsWith('events') ? 'HEAD' : 'GET',
            },
          );
          if (response.ok || path.endsWith('events')) return;
          const { code, detail } = (await response.json()) as {
            readonly code: string;
            readonly detail: string;
          };
          checkWords(code, detail);
        }),
        runs,
      );
});

test.each([
  ['waitMs', -1, 'pause waitMs: expected a whole number from 0 to 600000 (found -1)'],
  ['waitMs', '2h', 'pause waitMs: expected a whole number from 0 to 600000 (found "2h")'],
  ['how', 'hard', 'pause how: expected one of after-stage, freeze, now (found "hard")'],
  ['reason', long, 'pause reason: expected a text of at most 1000 characters (found 5,000 characters)'],
  ['reason', ['x'], 'pause reason: expected a text of at most 1000 characters (found a list of 1)'],
  ['id', null, 'pause id: expected a text of 1 to 200 characters (found null)'],
  ['wait', 1, 'pause: unknown field wait; known are how, waitMs, id, reason, by, ifRevision'],
])('a pause with %s = %j says what it is to be', async (key, value, words) => {
  const app = await workerApp();
  const response = await app.request(`${thread}/pause`, {
    method: 'POST',
    body: JSON.stringify({ [key]: value }),
  });
  expect(await response.json()).toMatchObject({ code: 'invalid_request', detail: words });
});

test('what is missing is called missing, in a call too', async () => {
  const app = await managers();
  const words = async (name: string, ...params: unknown[]) =>
    (await rpc(app, `Venus.${name}`, params, '/rpc/v0')).error?.message;
  expect(await words('AssignTicket', { Miner: 1 })).toBe(
    'sector id Number: expected a whole number from 0 (it is missing)',
  );
  expect(await words('WorkerPing', { ...ping, Summary: summary })).toBe(
    'WorkerPing Summary.Threads: expected a whole number from 0 (it is missing)',
  );
  expect(await words('SubmitPreCommit', { ID, ProofType: 5 }, { ...preCommitOf(), CommR: 'AAAA' })).toBe(
    'pre-commit CommR: expected 32 bytes, as numbers from 0 to 255 or in base64 (found a list of 3)',
  );
});
