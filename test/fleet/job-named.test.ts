import { expect, test } from 'vitest';
import { sectorClient } from '#src/fleet/sector-client.js';
import { answering } from '../tools/fleet/setup.js';

const ID = { Miner: 10000, Number: 2 };
const spec = { AllowedMiners: null, AllowedProofTypes: null };

test('a job that was given out and cannot be read is named', async () => {
  const url = await answering({ jsonrpc: '2.0', id: 1, result: { Sector: { ID, ProofType: 5 } } });
  const client = sectorClient({ url, headers: {} });
  await expect(client.allocateRebuildSector(spec)).rejects.toMatchObject({
    code: 'bad_answer',
    message: expect.stringMatching(/Ticket.*; s-t010000-2 was given out by it, and not taken$/),
  });
});

test.each([
  [{ CommROld: [1, 2], CommDNew: new Array(32).fill(1) }, 'Upgrade.CommROld'],
  [{ CommROld: new Array(32).fill(1) }, 'Upgrade.CommDNew'],
  [true, 'Upgrade'],
])('an unseal of a sector whose upgrade is told as %j is not taken', async (Upgrade, path) => {
  const node = new Array(32).fill(1);
  const result = {
    Sector: { ID, ProofType: 5 },
    PieceCid: { '/': 'baga' },
    Offset: 0,
    Size: 127,
    PrivateInfo: { AccessInstance: 's1' },
    Ticket: { Ticket: 'AAAA', Epoch: 1 },
    CommD: node,
  };
  const ask = async (result: unknown) =>
    sectorClient({ url: await answering({ jsonrpc: '2.0', id: 1, result }), headers: {} });
  await expect((await ask({ ...result, Upgrade })).allocateUnsealSector(spec)).rejects.toMatchObject({
    code: 'bad_answer',
    message: expect.stringContaining(path),
  });
  // Upstream's managers leave it out.
  expect(await (await ask(result)).allocateUnsealSector(spec)).not.toHaveProperty('Upgrade');
});

test('a window proof is named by its id; where no job can be told, none is', async () => {
  const ask = async (result: unknown) => {
    const client = sectorClient({ url: await answering({ jsonrpc: '2.0', id: 1, result }), headers: {} });
    return client.wdPoStAllocateJobs(spec, 1, 'w1').catch((thrown: Error) => thrown.message);
  };
  expect(await ask([{ Id: 'wd-7' }])).toMatch(/; wd-7 was given out by it, and not taken$/);
  expect(await ask([{}])).not.toContain('given out');
});
