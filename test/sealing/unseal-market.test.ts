/** A piece that upstream's manager wants in its market, or in its own piece store. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { StageFailure } from '#machines/record-changes.js';
import { marketTarget } from '#src/sealing/stages/market-dest.js';
import { KiB } from '../tools/sealing/chain.js';
import { lastSaid, sealed, unsealJob } from '../tools/sealing/jobs.js';
import { gives, planWorld } from '../tools/sealing/plan-world.js';

const size = 2 * KiB;
/** What a stage's runner rejects with. */
const failed = (thrown: StageFailure) => thrown;

async function setup(status = 200) {
  const world = planWorld(size);
  const deal = await world.piece(400, 512, 1);
  const { CommD } = await sealed(world, size, [deal]);
  world.said.length = 0;
  const got: { method: string; url: string; login: string; body: Buffer }[] = [];
  const app = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.once('end', () => {
      const { method = '', url = '', headers } = request;
      got.push({ method, url, login: headers.authorization ?? '', body: Buffer.concat(parts) });
      response.writeHead(status, { 'content-type': 'text/plain' });
      response.end(status === 200 ? '' : 'no such store');
    });
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    app.close();
    app.closeAllConnections();
  });
  const host = `127.0.0.1:${(app.address() as AddressInfo).port}`;
  const cid = deal.Piece.Cid['/'];
  const unseal = (dest: string, service = {}) =>
    world.run('unseal', {
      service: { ...gives({ unseal: unsealJob(size, deal, 0, CommD), dests: [dest] }), ...service },
    });
  return { world, got, host, cid, deal, unseal };
}

describe('a market destination', () => {
  test('is put to the market with its token, as upstream’s worker does', async () => {
    const { unseal, got, host, cid, deal, world } = await setup();
    await unseal(`market://pieces/${cid}?host=${encodeURIComponent(host)}&scheme=http&token=t%2Bk`);
    expect(got).toEqual([
      {
        method: 'PUT',
        url: `/resource?resource-id=${cid}&store=pieces`,
        login: 'Bearer t+k',
        body: Buffer.from(deal.bytes),
      },
    ]);
    expect(lastSaid(world, 'achieveUnsealSector')).toEqual([expect.anything(), cid, '']);
  });

  test('that refuses ends the job in its words, without the token', async () => {
    const { unseal, host, cid } = await setup(404);
    const dest = `market://pieces/${cid}?host=${host}&scheme=http&token=secret`;
    const failure = await unseal(dest).then(() => undefined, failed);
    expect(failure).toMatchObject({
      level: 'permanent',
      message: expect.stringContaining('(no such store)'),
    });
    expect(failure?.message).not.toContain('secret');
  });

  test.each([
    ['market://pieces/baga', 'does not say where the market is (scheme, host, token missing)'],
    ['market://pieces/baga?scheme=http&host=m', '(token missing)'],
    ['market:///baga?scheme=http&host=m&token=t', 'names no store of the market'],
    ['market://pieces/?scheme=http&host=m&token=t', 'names no piece'],
    ['market://pieces/baga?scheme=http&host=invalid.market.host&token=t', 'names no market'],
    ['market://pieces/baga?scheme=ws&host=m&token=t', 'ws://m, which is not a valid http(s) address'],
    ['market://pieces/baga?scheme=http&host=&token=t', 'not a valid http(s) address'],
    ['market://a%zz/baga?scheme=http&host=m&token=t', 'names a store that is not text in %-encoding'],
    ['market://pieces/baga?scheme=http&host=m&token=a%0Ab', 'has a token that no header can hold'],
    ['market://pieces/baga?scheme=http&host=m&token=%E2%82%AC', 'has a token that no header can hold'],
  ])('%s cannot be: it %s', (dest, why) => {
    expect(marketTarget(new URL(dest))).toEqual({ fault: expect.stringContaining(why) });
  });

  test('that names no place ends the job with the reason, without the token', async () => {
    const { unseal, world, cid } = await setup();
    const failure = await unseal(`market://pieces/${cid}?scheme=http&token=secret`).then(
      () => undefined,
      failed,
    );
    expect(failure).toMatchObject({
      level: 'permanent',
      message: `the piece cannot be delivered to market://pieces/${cid}?…: it does not say where the market is (host missing): see the manager's configuration; name another destination`,
    });
    expect(world.said).toEqual([]);
  });
});

describe('a store destination without a store', () => {
  test('is the manager’s own piece store', async () => {
    const { unseal, got, host, cid, deal } = await setup();
    const pieceSource = async (of: string) => ({
      url: `http://${host}/piecestore/${of}`,
      headers: { authorization: 'Bearer piece' },
    });
    await unseal(`store:///${cid}`, { pieceSource });
    expect(got).toEqual([
      { method: 'PUT', url: `/piecestore/${cid}`, login: 'Bearer piece', body: Buffer.from(deal.bytes) },
    ]);
  });

  test('that names another piece is refused', async () => {
    const { unseal } = await setup();
    const failure = await unseal('store:///baga').then(() => undefined, failed);
    expect(failure).toMatchObject({
      level: 'permanent',
      message: expect.stringContaining('names no store, and not piece'),
    });
  });
});
