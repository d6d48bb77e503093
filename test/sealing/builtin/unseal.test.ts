/** A piece that is taken out and handed in, to all kinds of places; and what is told of one that cannot be. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { StageFailure } from '#machines/record-changes.js';
import type { ThreadRecord } from '#machines/thread-record.js';
import { SealvisorError } from '#src/protocol/errors.js';
import type { UnsealJob } from '#src/protocol/jobs.js';
import { runTask } from '#src/sealing/builtin/index.js';
import { sectorFiles } from '#src/sealing/sector-files.js';
import { KiB, makeWork } from '../../tools/sealing/chain.js';
import { lastSaid, leftIn, sealed, unsealJob } from '../../tools/sealing/jobs.js';
import { gives, id, planWorld, type RunOptions } from '../../tools/sealing/plan-world.js';

const size = 2 * KiB;
/** What a stage's runner rejects with. */
const failed = (thrown: StageFailure) => thrown;

async function setup() {
  const world = planWorld(size);
  const [deal, second] = [await world.piece(400, 512, 1), await world.piece(1016, 1024, 2)];
  const { CommD } = await sealed(world, size, [deal, second]);
  world.said.length = 0;
  const kept = world.stores[0]?.location ?? '';
  const cid = deal.Piece.Cid['/'];
  const job = unsealJob(size, deal, 0, CommD);
  const dest = join(world.dir, 'out', 'piece');
  const unseal = (
    facts: Partial<UnsealJob> = {},
    dests: readonly string[] = [pathToFileURL(dest).href],
    more: RunOptions = {},
  ) =>
    world.run('unseal', {
      ...more,
      service: { ...gives({ unseal: { ...job, ...facts }, dests }), ...more.service },
    });
  return { world, deal, second, kept, cid, dest, job, unseal };
}

/** A server that keeps what it is sent. */
async function server(answer?: RequestListener) {
  const got: {
    readonly method: string;
    readonly url: string;
    readonly length: string;
    readonly login: string;
    readonly body: Buffer;
  }[] = [];
  const app = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.once('end', () => {
      const { method = '', url = '', headers } = request;
      got.push({
        method,
        url,
        length: headers['content-length'] ?? '',
        login: headers.authorization ?? '',
        body: Buffer.concat(parts),
      });
      if (answer) answer(request, response);
      else response.end();
    });
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    app.close();
    app.closeAllConnections();
  });
  return { got, url: `http://127.0.0.1:${(app.address() as AddressInfo).port}` };
}

describe('is never written', () => {
  const refused = (why: RegExp) => ({ level: 'permanent', message: expect.stringMatching(why) });
  const notListed = /is not below .* \(\[sealvisor\] unseal_roots lists where pieces may be written\)/;

  test('outside the roots that are listed, nor where a link leads outside', async () => {
    const { unseal, world } = await setup();
    const [root, outside] = [join(world.dir, 'root'), join(world.dir, 'outside')];
    for (const dir of [root, outside]) mkdirSync(dir);
    symlinkSync(outside, join(root, 'link'));
    symlinkSync(join(outside, 'new'), join(root, 'dangling'));
    const only = { settings: { unsealRoots: [root] } };
    const dests = ['outside/x', 'root/../outside/x', 'root/link/x', 'root/link/deeper/x', 'rootx/y'];
    for (const dest of dests) {
      const url = `file://${world.dir}/${dest}`;
      await expect(unseal({}, [url.replace('..', '%2e%2e')], only)).rejects.toMatchObject(refused(notListed));
    }
    await expect(unseal({}, [`file://${root}/dangling`], only)).rejects.toMatchObject(
      refused(/is not replaced/),
    );
    await expect(unseal({}, [`file://${root}/x`], { settings: { unsealRoots: [] } })).rejects.toMatchObject(
      refused(/is not below any directory that is listed/),
    );
    expect(readdirSync(outside)).toEqual([]);
    expect(readdirSync(root).toSorted()).toEqual(['dangling', 'link']);
  });

  test('over a file of another content, also in a store; the same content is taken for done', async () => {
    const { unseal, world, kept, deal } = await setup();
    const sealedFile = join(kept, 'sealed', 's-t010000-2');
    const before = readFileSync(sealedFile);
    await expect(unseal({}, ['store://kept/sealed/s-t010000-2'])).rejects.toMatchObject(
      refused(/keeps sectors there/),
    );
    expect(readFileSync(sealedFile).equals(before)).toBe(true);
    const other = join(world.dir, 'other');
    for (const text of ['', 'mine', deal.bytes.subarray(0, 399)]) {
      writeFileSync(other, text);
      await expect(unseal({}, [pathToFileURL(other).href])).rejects.toMatchObject(refused(/is not replaced/));
      expect(readFileSync(other).equals(Buffer.from(text))).toBe(true);
    }
    writeFileSync(other, deal.bytes);
    await unseal({}, [pathToFileURL(other).href]);
    expect(readdirSync(world.dir).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});

describe('is handed in', () => {
  test('to every place the manager names, cut to its payload; then the manager is told, and nothing is left', async () => {
    const { unseal, world, deal, kept, cid, dest } = await setup();
    const web = await server();
    const dir = join(world.dir, 'dir');
    mkdirSync(dir);
    await unseal({}, [
      pathToFileURL(dest).href,
      pathToFileURL(dir).href,
      `${pathToFileURL(join(world.dir, 'new')).href}/`,
      `${web.url.replace('://', '://user:pass@')}/take/it?token=1`,
      'store://kept/pieces/a%20b',
    ]);
    for (const path of [dest, join(dir, cid), join(world.dir, 'new', cid), join(kept, 'pieces', 'a b')])
      expect(readFileSync(path).equals(deal.bytes)).toBe(true);
    expect(web.got).toEqual([
      {
        method: 'PUT',
        url: '/take/it?token=1',
        length: '400',
        login: `Basic ${btoa('user:pass')}`,
        body: Buffer.from(deal.bytes),
      },
    ]);
    expect(world.said.map(({ call }) => call)).toEqual(['achieveUnsealSector', 'reportFinalized']);
    expect(lastSaid(world, 'achieveUnsealSector')).toEqual([expect.objectContaining({ id }), cid, '']);
    expect(leftIn(world)).toEqual([]);
  });

  test('whole, with the zeros behind it, when nobody knows how long it was', async () => {
    const { unseal, deal, dest } = await setup();
    await unseal({ PayloadSize: null });
    expect(readFileSync(dest).equals(Buffer.concat([deal.bytes, Buffer.alloc(508 - 400)]))).toBe(true);
  });

  test('as another piece of the same sector', async () => {
    const { unseal, second, dest } = await setup();
    await unseal({ PieceCid: second.Piece.Cid, Offset: 1016, Size: 1016, PayloadSize: 1016 });
    expect(readFileSync(dest).equals(second.bytes)).toBe(true);
  });

  test('a foreign processor is asked for whole quads', async () => {
    const { unseal, deal, dest } = await setup();
    const asked: unknown[] = [];
    await unseal({}, undefined, {
      process: async (stage, task) => {
        if (stage === 'unseal') asked.push(task);
        return runTask(stage, task, makeWork());
      },
    });
    expect(asked).toMatchObject([{ offset: 0, num_bytes: 508 }]);
    expect(readFileSync(dest).equals(deal.bytes)).toBe(true);
  });
});

describe('cannot be taken out: permanent, and names why', () => {
  const otherCid = 'baga6ea4seaqpy7usqklokfx2vxuynmupslkeutzexe2uqurdg5vhtebhxqmpqmy';
  test.each<[string, Partial<UnsealJob>, RegExp]>([
    ['a piece that is not in the sector', { PieceCid: { '/': otherCid } }, /is not what lies there/],
    ['a piece at another place', { Offset: 1016, Size: 1016, PayloadSize: 400 }, /is not what lies there/],
    ['not a piece CID', { PieceCid: { '/': '../../etc/passwd' } }, /is not a valid piece CID/],
    ['a place between two pieces', { Offset: 100 }, /no piece can lie there/],
    ['a size that no piece has', { Size: 400 }, /no piece can lie there/],
    ['a place outside of the sector', { Offset: 1016, Size: 2032 }, /the sector has 2032/],
    ['a payload larger than its piece', { PayloadSize: 509 }, /cannot have 509/],
    ['an empty payload', { PayloadSize: 0 }, /cannot have 0/],
    [
      'a store that is not attached',
      { PrivateInfo: { AccessInstance: 'x' } },
      /no store x is attached here \(kept\)/,
    ],
    [
      'a ticket that did not seal it',
      { Ticket: { Ticket: Buffer.alloc(32, 4).toString('base64'), Epoch: 1 } },
      /another prover, ticket or data/,
    ],
  ])('%s', async (_, facts, message) => {
    const { unseal, world, dest } = await setup();
    const failure = await unseal(facts).then(() => undefined, failed);
    expect(failure).toMatchObject({ level: 'permanent', message: expect.stringMatching(message) });
    expect(world.said).toEqual([]);
    expect(existsSync(dest)).toBe(false);
  });

  test('a sector whose file is not in the store', async () => {
    const { unseal, kept } = await setup();
    rmSync(join(kept, 'sealed', id));
    const failure = await unseal().then(() => undefined, failed);
    expect(failure).toMatchObject({
      level: 'permanent',
      message: expect.stringContaining('is not in store kept'),
    });
  });

  test('a damaged sector', async () => {
    const { unseal, kept } = await setup();
    const path = join(kept, 'sealed', id);
    const bytes = readFileSync(path);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    await expect(unseal()).rejects.toMatchObject({ message: expect.stringContaining('another commitment') });
  });
});

test('a piece that is damaged before it is handed in ends the job, and nobody is told to resume what is over', async () => {
  const { unseal, world, cid } = await setup();
  const made = await unseal({}, [], { until: 'Unsealed' });
  const piece = join(sectorFiles(world.location, id).piecesDir, cid);
  writeFileSync(piece, 'cut');
  const failed = (thrown: unknown) => thrown;
  expect(await unseal({}, undefined, { from: made }).then(() => undefined, failed)).toMatchObject({
    level: 'permanent',
    message: `${piece} has 3 bytes instead of 400: the job is over; ask for it again`,
  });
});

describe('cannot be handed in', () => {
  const dead = 'http://127.0.0.1:1/piece';
  test.each<[string, string, 'permanent' | 'temporary', RegExp]>([
    ['a place of another kind', 'ftp://host/piece', 'permanent', /is neither file:/],
    ['what is not a valid URL', 'not a url', 'permanent', /is not a valid URL/],
    ['a file of another machine', 'file://elsewhere/piece', 'permanent', /a path on this machine/],
    [
      'a store that is not attached',
      'store://other/piece',
      'permanent',
      /no store other is attached here \(kept\)/,
    ],
    ['a path out of the store', 'store://kept/..%2f..%2fpiece', 'permanent', /names no file of that store/],
    ['the store itself', 'store://kept/', 'permanent', /names no file of that store/],
    [
      'a server that nobody reaches',
      dead,
      'temporary',
      /cannot reach http:\/\/127.0.0.1:1\/piece to deliver the piece \((ECONNREFUSED|bad port)\): check/,
    ],
    ['a path behind a file', 'file:///dev/null/piece', 'permanent', /cannot be written to .*\(ENOTDIR\)/],
  ])('%s', async (_, dest, level, message) => {
    const { unseal, world } = await setup();
    const settings = { unsealRoots: ['/dev', world.dir] };
    const failure = await unseal({}, [dest], { settings }).then(() => undefined, failed);
    expect(failure).toMatchObject({ level, message: expect.stringMatching(message) });
    expect(world.said).toEqual([]);
  });

  test('nowhere: the manager names no place', async () => {
    const { unseal } = await setup();
    await expect(unseal({}, [])).rejects.toMatchObject({ level: 'permanent' });
  });

  test.each<[string, RequestListener, RegExp]>([
    [
      'says why not',
      (_, response) => {
        response.writeHead(409, { 'content-type': 'application/problem+json' });
        response.end('{"detail":"it is there already"}');
      },
      /answered 409 \(it is there already\); fix that and ask for the piece again/,
    ],
    [
      'says so in plain text',
      (_, response) => {
        response.writeHead(403, { 'content-type': 'text/plain' });
        response.end(' not you \n');
      },
      /answered 403 \(not you\)/,
    ],
    [
      'sends elsewhere',
      (_, response) => {
        response.writeHead(307, { location: '/other' });
        response.end();
      },
      /answered 307;/,
    ],
  ])(
    'to a server that %s: permanent, in its words, without what may be secret',
    async (_, answer, message) => {
      const { unseal } = await setup();
      const web = await server(answer);
      const failure = await unseal({}, [`${web.url}/piece?token=secret`]).then(() => undefined, failed);
      expect(failure).toMatchObject({ level: 'permanent', message: expect.stringMatching(message) });
      expect(failure?.message).not.toContain('secret');
    },
  );

  test.each([408, 429, 500, 503, 507])(
    'to a server that answers %i: it may pass, and is tried again',
    async (status) => {
      const { unseal } = await setup();
      const web = await server((_, response) => {
        response.statusCode = status;
        response.end();
      });
      const failure = await unseal({}, [`${web.url}/piece`]).then(() => undefined, failed);
      expect(failure).toMatchObject({
        level: 'temporary',
        message: expect.stringContaining(`answered ${status}`),
      });
    },
  );

  test('a manager that does not hear that it was: it is told again', async () => {
    const { unseal } = await setup();
    const service = {
      achieveUnsealSector: async () => {
        throw new SealvisorError('unreachable', 'away');
      },
    };
    const failure = await unseal({}, undefined, { service }).then(() => undefined, failed);
    expect(failure).toMatchObject({ level: 'temporary', message: 'away' });
  });
});

describe('is over because it cannot be done', () => {
  const outputs = { abortReason: 'it is damaged', abortedBy: 'stage' };
  /** As the machine has it after a permanent failure. */
  async function aborted(more: RunOptions = {}, facts: Partial<ThreadRecord> = {}) {
    const { unseal, world, cid } = await setup();
    const from = await unseal({}, undefined, { until: 'Unsealed' });
    expect(leftIn(world)).not.toEqual([]);
    const record = {
      ...from,
      state: 'Aborted',
      given: { request: 'r', manager: 'm' },
      ...facts,
      outputs: { ...from.outputs, ...outputs, ...facts.outputs },
    };
    await world.run('unseal', { ...more, from: record });
    return { world, cid, calls: world.said.map(({ call }) => call) };
  }
  const refuses = (rpcCode: number) => async () => {
    throw new SealvisorError('remote_error', 'no such job', { data: { rpcCode } });
  };

  test('the manager is told which piece and why, then that nobody works on it; nothing is left here', async () => {
    const { world, cid, calls } = await aborted();
    expect(calls).toEqual(['achieveUnsealSector', 'reportAborted']);
    expect(lastSaid(world, 'achieveUnsealSector')).toEqual([
      expect.objectContaining({ id }),
      cid,
      'it is damaged',
    ]);
    expect(leftIn(world)).toEqual([]);
  });

  test('an upstream manager hears no abort: it would take the sector for lost, and release its deals', async () => {
    for (const given of [undefined, { request: null, manager: null }] as const) {
      const { world, calls } = await aborted({}, { given: given ?? null });
      expect(calls).toEqual(['achieveUnsealSector', 'reportFinalized']);
      expect(leftIn(world)).toEqual([]);
    }
  });

  test.each([
    ['an operator ended it', 'operator', ['reportAborted'], ['achieveUnsealSector', 'reportFinalized']],
    ['the manager took it back', 'manager', ['reportAborted'], ['reportFinalized']],
  ])('%s: each manager hears what it needs', async (_, abortedBy, ours, upstream) => {
    expect((await aborted({}, { outputs: { abortedBy } })).calls).toEqual(ours);
    expect((await aborted({}, { outputs: { abortedBy }, given: null })).calls).toEqual(upstream);
  });

  test('a manager that knows nothing of the job keeps no thread from the next one', async () => {
    for (const code of [-32602, 11001])
      expect((await aborted({ service: { achieveUnsealSector: refuses(code) } })).calls).toEqual([
        'reportAborted',
      ]);
    const service = { achieveUnsealSector: refuses(11001), reportFinalized: refuses(11001) };
    expect((await aborted({ service }, { given: null })).calls).toEqual([]);
  });

  test('a manager that is away is told later: the reason is not lost', async () => {
    const service = {
      achieveUnsealSector: async () => {
        throw new SealvisorError('unreachable', 'away');
      },
    };
    await expect(aborted({ service })).rejects.toMatchObject({ level: 'temporary', message: 'away' });
  });
});
