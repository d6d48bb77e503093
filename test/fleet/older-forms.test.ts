/** A manager of upstream's up to v0.10, which knows two calls in their older form. */
import { expect, test } from 'vitest';
import { sectorClient } from '#src/fleet/sector-client.js';
import { listening } from '../tools/fleet/setup.js';

const id = { miner: 10000, number: 1 };
const ID = { Miner: 10000, Number: 1 };
const seed = {
  ShouldWait: false,
  Delay: 0,
  Seed: { Seed: Buffer.alloc(32, 7).toString('base64'), Epoch: 3 },
};

type Answer =
  | { readonly result: unknown }
  | { readonly error: { code: number; message: string; data?: object } };

/** As go-jsonrpc answers: what it refuses itself comes with HTTP 500. */
async function manager(answerOf: (method: string, params: readonly unknown[]) => Answer) {
  const calls: [string, readonly unknown[]][] = [];
  const url = await listening(async (request, response) => {
    let text = '';
    for await (const part of request) text += part;
    const { id, method, params } = JSON.parse(text);
    const name = method.slice('Venus.'.length);
    calls.push([name, params]);
    const answer = answerOf(name, params);
    response.writeHead('error' in answer ? 500 : 200).end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
  });
  return { calls, client: sectorClient({ url, headers: {} }) };
}

function v02(method: string, params: readonly unknown[]): Answer {
  if (method === 'SubmitPersisted') return { result: true };
  if (method !== 'WaitSeed')
    return { error: { code: -32601, message: `method 'Venus.${method}' not found` } };
  if (params.length === 1) return { result: seed };
  return {
    error: { code: -32602, message: `wrong param count (method 'Venus.WaitSeed'): ${params.length} != 1` },
  };
}

test('the newer form is asked first, the older one where it is unknown, and from then on that alone', async () => {
  const { calls, client } = await manager(v02);
  for (const service of [client, client.holding(null)]) {
    expect(await service.submitPersisted(id, 'persist', false)).toBe(true);
    expect(await service.waitSeed(id, 5)).toEqual(seed);
  }
  expect(calls).toEqual([
    ['SubmitPersistedEx', [ID, 'persist', false]],
    ['SubmitPersisted', [ID, 'persist']],
    ['WaitSeed', [ID, 5]],
    ['WaitSeed', [ID]],
    ['SubmitPersisted', [ID, 'persist']],
    ['WaitSeed', [ID]],
  ]);
});

test('a manager of today takes the wish for a sector with whether it is proven without a pre-commit; earlier ones the wish alone', async () => {
  const given = { result: { ID, ProofType: 5 } };
  const wish = { AllowedMiners: null, AllowedProofTypes: null };
  const count = (params: readonly unknown[]) => ({
    error: {
      code: -32602,
      message: `wrong param count (method 'Venus.AllocateSector'): ${params.length} != 2`,
    },
  });
  const today = await manager((_, params) => (params.length === 2 ? given : count(params)));
  expect(await today.client.allocateSector(wish)).toMatchObject({ ID });
  expect(await today.client.allocateSector(wish, true)).toMatchObject({ ID });
  expect(today.calls.map(([, params]) => params)).toEqual([[wish], [wish, false], [wish, true]]);
  const earlier = await manager(() => given);
  expect(await earlier.client.allocateSector(wish)).toMatchObject({ ID });
  expect(earlier.calls.map(([, params]) => params)).toEqual([[wish]]);
});

test('a manager that was updated meanwhile is asked in the newer form again', async () => {
  let isOld = true;
  const { calls, client } = await manager((method, params) => {
    if (isOld) return v02(method, params);
    const error = { code: -32601, message: 'not found' };
    return method === 'SubmitPersistedEx' ? { result: true } : { error };
  });
  await client.submitPersisted(id, 'persist', false);
  isOld = false;
  for (const _ of [1, 2]) expect(await client.submitPersisted(id, 'persist', false)).toBe(true);
  expect(calls.map(([method]) => method)).toEqual([
    'SubmitPersistedEx',
    'SubmitPersisted',
    'SubmitPersisted',
    'SubmitPersistedEx',
    'SubmitPersistedEx',
  ]);
});

test.each<[string, Answer]>([
  ['another error', { error: { code: 1, message: 'no such sector' } }],
  ['a refusal of ours', { error: { code: -32602, message: 'no', data: { code: 'sector_not_found' } } }],
])('%s is not asked again', async (_, answer) => {
  const { calls, client } = await manager(() => answer);
  await expect(client.waitSeed(id, 5)).rejects.toMatchObject({ code: 'remote_error' });
  expect(calls).toHaveLength(1);
});

test('where neither form is known, what was asked first is said', async () => {
  const { client } = await manager((method) => ({ error: { code: -32601, message: `${method} unknown` } }));
  await expect(client.submitPersisted(id, 'persist', false)).rejects.toThrow('SubmitPersistedEx unknown');
});

test("an upgrade's files are never submitted by the older form, which is of a sealed sector", async () => {
  const { calls, client } = await manager(v02);
  await expect(client.submitPersisted(id, 'persist', true)).rejects.toMatchObject({ code: 'remote_error' });
  expect(calls).toEqual([['SubmitPersistedEx', [ID, 'persist', true]]]);
});
