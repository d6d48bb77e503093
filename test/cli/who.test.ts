/** Each command says who gives it: user and host of the command line, unless $SEALVISOR_OPERATOR says another. */
import { hostname, userInfo } from 'node:os';
import { expect, test } from 'vitest';
import { run } from '../tools/e2e/setup.js';
import { listening } from '../tools/fleet/setup.js';

const me = `${userInfo().username}@${hostname()}`;

/** A daemon that refuses every command, and keeps who gave it. */
async function daemon() {
  const given: (string | undefined)[] = [];
  const counts = { threads: 1, empty: 0, paused: 0, running: 0, waiting: 0, errors: 0 };
  const url = await listening((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      if (request.method === 'GET') {
        response.end(
          JSON.stringify({ name: 'w1', life: 'serving', counts, limits: [], breakers: [], children: [] }),
        );
        return;
      }
      const { by } = JSON.parse(text || '{}') as { by?: string };
      const header = request.headers['x-sealvisor-by'];
      given.push(by ?? (typeof header === 'string' ? decodeURIComponent(header) : undefined));
      response.writeHead(409).end(JSON.stringify({ code: 'state_not_possible', detail: 'refused' }));
    });
  });
  return { url, given };
}

const sector = 's-t010000-1';
const commands: readonly (readonly [string, ...string[]])[] = [
  ['venus-worker', 'pause', '--index', '0'],
  ['venus-worker', 'resume', '--index', '0'],
  ['venus-worker', 'restart', '--index', '0'],
  ['venus-worker', 'cordon'],
  ['venus-worker', 'uncordon'],
  ['venus-worker', 'drain'],
  ['venus-worker', 'stop', '--yes'],
  ['venus-worker', 'limit', 'pc1', '2'],
  ['venus-worker', 'breaker', 'c2', '--close'],
  ['venus-worker', 'reload'],
  ['venus-worker', 'enable-dump', '--child-pid', '1', '--dump-dir', '/tmp'],
  ['venus-worker', 'disable-dump', '--child-pid', '1'],
  ['venus-sector-manager', 'worker', 'pause', 'w1', '0'],
  ['venus-sector-manager', 'worker', 'resume', 'w1', '0'],
  ['venus-sector-manager', 'worker', 'remove', 'w1'],
  ['venus-sector-manager', 'sealer', 'abort', sector],
  ['venus-sector-manager', 'sealer', 'snapup', sector, '--pieces', '/tmp'],
  ['venus-sector-manager', 'sealer', 'rebuild', sector],
  ['venus-sector-manager', 'sealer', 'unseal', sector, '--dest', '/tmp'],
  ['venus-sector-manager', 'sealer', 'wdpost', 'add'],
  ['venus-sector-manager', 'sealer', 'jobs', 'cancel', 'snapup-1'],
];

test.each(commands)('%s %s %s %s says who gives it', async (bin, ...args) => {
  const { url, given } = await daemon();
  const whole =
    bin === 'venus-worker'
      ? ['worker', '--worker', new URL(url).host, ...args]
      : ['util', args[0] ?? '', '--manager', url, ...args.slice(1)];
  // An empty one says nothing.
  await run(bin, whole, { env: { SEALVISOR_OPERATOR: '' } });
  expect(given).toEqual([me]);
});
