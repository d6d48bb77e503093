/** What our worker was recorded to say to upstream's managers, it says today; and what they answered is read, or told with its words. */
import { expect, test } from 'vitest';
import { rpcCall } from '#src/fleet/rpc-client.js';
import { type SectorClient, sectorClient } from '#src/fleet/sector-client.js';
import { messageOf } from '#src/protocol/errors.js';
import { listening } from '../tools/fleet/setup.js';
import { replayedIn } from '../tools/replays.js';
import type { Exchange } from '../tools/traffic.js';

/** As they were recorded. */
// biome-ignore lint/suspicious/noExplicitAny: parameters of every method
type Param = any;

const idOf = ({ Miner, Number: number }: Param) => ({ miner: Miner, number });
const cidOf = (link: Param) => link['/'];

/** By the names of the wire. */
const calls: Readonly<Record<string, (client: SectorClient, ...params: Param[]) => Promise<unknown>>> = {
  AllocateSector: (client, spec) => client.allocateSector(spec),
  AcquireDeals: (client, id, spec) => client.acquireDeals(idOf(id), spec),
  AssignTicket: (client, id) => client.assignTicket(idOf(id)),
  SubmitPreCommit: (client, sector, info, reset) => client.submitPreCommit(sector, info, reset),
  PollPreCommitState: (client, id) => client.pollPreCommitState(idOf(id)),
  SubmitPersisted: (client, id, instance) => client.submitPersisted(idOf(id), instance, false),
  SubmitPersistedEx: (client, id, instance, isUpgrade) =>
    client.submitPersisted(idOf(id), instance, isUpgrade),
  WaitSeed: (client, id, proofType = 5) => client.waitSeed(idOf(id), proofType),
  SubmitProof: (client, id, proof, reset) => client.submitProof(idOf(id), proof, reset),
  PollProofState: (client, id) => client.pollProofState(idOf(id)),
  ReportState: (client, id, report) => client.reportState(idOf(id), report),
  ReportFinalized: (client, id) => client.reportFinalized(idOf(id)),
  ReportAborted: (client, id, reason) => client.reportAborted(idOf(id), reason),
  AllocateSanpUpSector: (client, spec) => client.allocateSnapUpSector(spec),
  SubmitSnapUpProof: (client, id, proof) => client.submitSnapUpProof(idOf(id), proof),
  AllocateRebuildSector: (client, spec) => client.allocateRebuildSector(spec),
  AllocateUnsealSector: (client, spec) => client.allocateUnsealSector(spec),
  AchieveUnsealSector: (client, id, piece, words) =>
    client.achieveUnsealSector(idOf(id), cidOf(piece), words),
  AcquireUnsealDest: (client, id, piece) => client.acquireUnsealDest(idOf(id), cidOf(piece)),
  StoreReserveSpace: (client, id, size, candidates) => client.storeReserveSpace(idOf(id), size, candidates),
  StoreBasicInfo: (client, name) => client.storeBasicInfo(name),
  WdPoStAllocateJobs: (client, spec, num, name) => client.wdPoStAllocateJobs(spec, num, name),
  WdPoStHeartbeatJobs: (client, ids, name) => client.wdPoStHeartbeatJobs(ids, name),
  WdPoStFinishJob: (client, id, output, words) => client.wdPoStFinishJob(id, output, words),
};

const nameOf = ({ method }: Exchange) => method.replace('Venus.', '');
/** Levels were written in lower case then. */
const levelless = (params: unknown) => JSON.stringify(params).toLowerCase();

/** A manager that answers what was recorded to the recorded question, and knows nothing else. */
async function manager({ method, params, status, answerText }: Exchange) {
  const asked: string[] = [];
  const url = await listening(async (request, response) => {
    let text = '';
    for await (const part of request) text += part;
    const call = JSON.parse(text);
    const isIt = call.method === method && levelless(call.params) === levelless(params);
    if (isIt) asked.push(text);
    const unknown = { code: -32601, message: `method '${call.method}' not found` };
    response.writeHead(isIt ? status : 500);
    response.end(isIt ? answerText : JSON.stringify({ jsonrpc: '2.0', id: call.id, error: unknown }));
  });
  return { url, asked };
}

const recorded = replayedIn('test/fleet/recorded-calls.test.ts');

test('each call is made as it was recorded, and its answer is read or told', async () => {
  expect(recorded.length).toBeGreaterThan(60);
  for (const exchange of recorded) {
    const { at, params, answer, method } = exchange;
    const { url, asked } = await manager(exchange);
    const call = calls[nameOf(exchange)];
    const made = call
      ? call(sectorClient({ url, headers: {} }), ...params)
      : rpcCall(`${url}/rpc/v0`, method, params, { timeoutMs: 5000 });
    const end = await made.then(
      () => 'read',
      (thrown: unknown) => messageOf(thrown),
    );
    expect([at, asked.length]).toEqual([at, 1]);
    expect([at, end]).toEqual([
      at,
      answer?.error ? expect.stringContaining(answer.error.message.trim()) : 'read',
    ]);
  }
});
