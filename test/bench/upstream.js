import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { head, often, quantile, report } from './report.js';

const rounds = often(1500, 3);
const atOnce = 16;
const id = { Miner: 10000, Number: 1 };

/** A report, a proof, and the answer of a window proof's job with the sectors of a partition. */
const calls = [
  {
    what: 'ReportState',
    params: [
      id,
      {
        Worker: { Instance: 'w1', Location: '/mnt/nvme1' },
        StateChange: { Prev: 'PC1Done', Next: 'PC2Done', Event: 'PC2' },
        Failure: null,
      },
    ],
    result: { Id: id, Finalized: false, AbortReason: '' },
  },
  { what: 'SubmitProof', params: [id, { Proof: 'x'.repeat(2560) }, false], result: { Res: 1, Desc: null } },
  {
    what: 'WdPoStAllocateJobs',
    params: [{}, 1, 'w1'],
    result: Array.from({ length: 2349 }, (_, at) => ({ SectorID: at, CommR: 'x'.repeat(64), Accesses: {} })),
  },
];

/** A call through a manager in front of another one, against the same through a bare hop of hono's proxy. */
export async function bench() {
  head('A call passed on to another manager');
  const home = mkdtempSync(join(tmpdir(), 'sealvisor-bench-'));
  const upstream = await answering();
  const [ours, bare] = await Promise.all([
    started('upstream-front.js', upstream.url, home),
    started('bare-proxy.js', upstream.url),
  ]);
  let short = 0;
  for (const call of calls) short += await compared(call, ours, bare);
  short += await manyAtOnce(ours, bare);
  for (const each of [ours, bare, upstream]) each.stop();
  rmSync(home, { recursive: true, force: true });
  return short;
}

async function compared({ what, params }, ours, bare) {
  const body = bodyOf(what, params);
  const took = { ours: [], bare: [] };
  for (let round = 0; round < rounds; round += 1) {
    // Taking turns at who is first: what a neighbour does meets both.
    for (const name of round % 2 ? ['ours', 'bare'] : ['bare', 'ours']) {
      const ms = await timed(name === 'ours' ? ours.url : bare.url, body);
      if (round >= rounds / 10) took[name].push(ms);
    }
  }
  let short = 0;
  for (const q of [0.5, 0.99]) {
    const line = {
      what: `${what}, p${q * 100}`,
      ours: quantile(took.ours, q),
      floor: quantile(took.bare, q),
    };
    short += report({ ...line, unit: 'ms', most: 1.2 }) ? 0 : 1;
  }
  return short;
}

/** Of the time that so many callers take for as many calls. */
async function manyAtOnce(ours, bare) {
  const body = bodyOf(calls[0].what, calls[0].params);
  const each = Math.ceil(rounds / atOnce);
  const took = { ours: [], bare: [] };
  for (let round = 0; round < often(10); round += 1)
    for (const name of round % 2 ? ['ours', 'bare'] : ['bare', 'ours']) {
      const started = performance.now();
      const caller = async () => {
        for (let n = 0; n < each; n += 1) await timed(name === 'ours' ? ours.url : bare.url, body);
      };
      await Promise.all(Array.from({ length: atOnce }, caller));
      took[name].push((performance.now() - started) / (each * atOnce));
    }
  const line = {
    what: `a call, ${atOnce} callers at once`,
    ours: quantile(took.ours, 0.5),
    floor: quantile(took.bare, 0.5),
  };
  return report({ ...line, unit: 'ms', most: 1.2 }) ? 0 : 1;
}

const bodyOf = (method, params) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: `Venus.${method}`, params });

async function answering() {
  const answers = new Map(
    calls.map(({ what, result }) => [what, JSON.stringify({ jsonrpc: '2.0', id: 1, result })]),
  );
  const server = createServer(async (asked, response) => {
    let text = '';
    for await (const chunk of asked) text += chunk;
    const [, method] = /"method":"Venus\.(\w+)"/.exec(text) ?? [];
    response.writeHead(200, { 'content-type': 'application/json' }).end(answers.get(method));
  });
  await new Promise((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, () => resolve(undefined)));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function started(file, ...args) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args);
  const { port } = await new Promise((resolve) => child.once('message', resolve));
  return { url: `http://127.0.0.1:${port}/rpc/v0`, stop: () => child.kill('SIGKILL') };
}

const agent = new Agent({ keepAlive: true });

function timed(url, body) {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const call = request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.once('error', reject);
      answer.once('end', () => {
        if (answer.statusCode === 200) resolve(performance.now() - started);
        else reject(new Error(`${url} answered ${answer.statusCode}`));
      });
    });
    call.once('error', reject);
    call.end(body);
  });
}
