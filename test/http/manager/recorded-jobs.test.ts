/** The requests of upstream's Go client that were recorded with an operator's jobs waiting, asked again. */
import { expect, test } from 'vitest';
import { managerApp } from '#src/http/manager/app.js';
import { type Answer, judge } from '../../tools/http/recorded-answer.js';
import { post } from '../../tools/http/setup.js';
import { finish, never, piecesOf, sectorNumber, setup } from '../../tools/manager/jobs-setup.js';
import { exchangesIn } from '../../tools/traffic.js';

const recorded = exchangesIn('goclient_our-manager.json').slice(76);

/** A manager with the jobs of then, under the ids of then: 6 is lost, 2 has a piece, 7 is proven, 8 is upgraded. */
async function waiting() {
  const fixture = await setup({ finished: 1, pieces: piecesOf(1000) });
  const { sectors, jobs } = fixture;
  finish(sectors, { withDeals: true });
  for (let number = 3; number <= 8; number += 1) finish(sectors);
  jobs.addRebuild(sectorNumber(6), {});
  jobs.addUnseal(sectorNumber(2), { dest: 'file:///srv/worker/h/x/' });
  jobs.addWdPost({ sectors: [sectorNumber(7)] });
  await jobs.addSnapUp(sectorNumber(8), { pieces: piecesOf(2032) }, never);
  return { ...fixture, cid: sectors.lives()[1]?.life.deals?.[0]?.Piece.Cid['/'] ?? '' };
}

test('each is answered in the recorded shape, and the jobs end as the client says', async () => {
  const { manager, jobs, cid } = await waiting();
  const app = managerApp(manager);
  expect(recorded.map(({ method }) => method)).toHaveLength(9);
  const faults: string[] = [];
  for (const exchange of recorded) {
    // The bytes of the piece of then are not here.
    const text = exchange.body.replace(/baga6ea4seaqiqa\w+/, cid);
    const { body } = await post(app, exchange.path, text);
    // It answers JSON-RPC.
    const fault = judge(exchange, body as Answer);
    if (fault) faults.push(`${exchange.at} ${exchange.method}: ${fault}`);
    if (exchange.method === 'Venus.AcquireUnsealDest')
      expect(body).toMatchObject({ result: [`file:///srv/worker/h/x/${cid}`] });
  }
  expect(faults).toEqual([]);
  expect(jobs.view('unseal-2')).toMatchObject({ state: 'done' });
  expect(jobs.view('wdpost-3')).toMatchObject({ state: 'done' });
  expect(jobs.view('snapup-4')).toMatchObject({ state: 'given' });
  expect(jobs.view('rebuild-1')).toMatchObject({ state: 'given' });
});
