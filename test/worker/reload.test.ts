/** The configuration's file, brought to the worker that runs. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadWorkerConfig } from '#src/config/worker-config.js';
import { doIt, foreign } from '../tools/worker/foreign.js';
import { freshDir, gate, isIn, isWorking, rejectionOf, setup } from '../tools/worker/setup.js';

const atPc1 = isWorking('TicketAssigned');

function tomlOf(home: string, { stores = [0], sealing = '', more = '' }: Words): string {
  const threads = stores.map(
    (n) => `[[sealing_thread]]\nlocation = ${JSON.stringify(join(home, `store${n}`))}\n`,
  );
  return `[worker]
rpc_server.host = "127.0.0.1"
rpc_server.port = 0
[sector_manager]
rpc_client.addr = "http://127.0.0.1:9"
[sealing]
rpc_polling_interval = "5ms"
${sealing}
${threads.join('')}
[[attached]]
name = "long"
location = ${JSON.stringify(join(home, 'long'))}
${more}
`;
}

interface Words {
  readonly stores?: readonly number[];
  readonly sealing?: string;
  readonly more?: string;
}

/** A worker on a real file; `write` changes the file. */
async function setupOn(words: Words, options: Parameters<typeof setup>[0] = {}) {
  const home = freshDir();
  const path = join(home, 'worker.toml');
  const write = (next: Words | string) =>
    writeFileSync(path, typeof next === 'string' ? next : tomlOf(home, next));
  write(words);
  const { config } = loadWorkerConfig(path);
  const least = options.leastMs ? { builtinLeastMs: options.leastMs } : {};
  const made = await setup({ ...options, home, config: { ...config, ...least, ...options.config } });
  return { ...made, write, path };
}

const long = { leastMs: { pc1: 600_000 } };
const noJobs = { service: { allocateSector: async () => null } };

describe('a reload', () => {
  test('raises the largest output: a thread that is paused by it does its stage behind the resume', async () => {
    const large = foreign('pc1', `${doIt('pc1')} give({ ...done, of_mine: 'x'.repeat(200_000) });`);
    const { control, write, until, untilRow } = await setupOn(
      { more: '[sealvisor]\nlargest_output = "128KiB"' },
      { config: { processors: [large] } },
    );
    expect(await until(0, (view) => view.mode === 'paused')).toMatchObject({
      lastError: {
        level: 'permanent',
        message: expect.stringMatching(
          /answer of the pc1 processor is too large: 200,\d{3} bytes, at most 131,072 are taken \(set \[sealvisor\] largest_output higher, reload, then resume\)/,
        ),
      },
    });
    write({ more: '[sealvisor]\nlargest_output = "1MiB"' });
    expect(await control.reload({})).toMatchObject({ changed: true });
    await control.resume(0, {});
    await untilRow(0, (row) => row.event === 'PC1');
  });

  test('of a file that says what runs changes nothing', async () => {
    const { control } = await setupOn({}, noJobs);
    expect(await control.reload({})).toMatchObject({ changed: false, changes: [] });
  });

  test('that is a dry run tells the differences and changes nothing', async () => {
    const { control, write, worker } = await setupOn({}, noJobs);
    write({ stores: [0, 1], more: '[processors.limit]\npc1 = 2' });
    const before = worker.config();
    const reply = await control.reload({ dryRun: true });
    expect(reply.changed).toBe(false);
    expect(reply.changes.map(({ kind, to }) => [kind, to])).toEqual([
      ['added', 'sealer'],
      ['changed', '2'],
    ]);
    expect(control.threads()).toHaveLength(1);
    expect(worker.config()).toBe(before);
  });

  test('lets a thread go on that waited for space which the file asks for no more', async () => {
    const { control, write, until } = await setupOn({ more: '[sealvisor.space]\nneeds = { pc1 = 1e12 }' });
    const { waitingFor } = await until(0, isIn('TicketAssigned', 'waiting'));
    expect(waitingFor).toMatchObject({ limit: 'space', reason: expect.stringMatching(/of 1\.8 PiB needed/) });
    write({ more: '[sealvisor.space]\nneeds = { pc1 = 11.5 }' });
    expect(await control.reload({})).toMatchObject({ changed: true });
    await until(0, isIn('Empty', 'resting'));
  });

  test('starts the thread that was added, which seals', async () => {
    const { control, write, until } = await setupOn({});
    write({ stores: [0, 1] });
    expect(await control.reload({})).toMatchObject({ changed: true, message: '1 changes are applied' });
    expect(control.threads().map(({ index }) => index)).toEqual([0, 1]);
    await until(1, isIn('Empty', 'resting'));
  });

  test('ends the thread that was removed when its stage is done; what it had is there when it comes back', async () => {
    const { control, write, until, untilWorker, warnings } = await setupOn(
      { stores: [0, 1] },
      { leastMs: { pc1: 500 } },
    );
    await Promise.all([until(0, atPc1), until(1, atPc1)]);
    write({ stores: [0] });
    expect(await control.reload({})).toMatchObject({
      changed: true,
      message: '1 changes are applied; 1 need a restart',
    });
    const { sector } = control.thread(1);
    await untilWorker(({ counts }) => counts.threads === 1);
    expect(await rejectionOf((async () => control.thread(1))())).toMatchObject({ code: 'thread_not_found' });
    write({ stores: [0, 1] });
    await control.reload({});
    const back = control.threads().find(({ location }) => location.endsWith('store1'));
    expect(back).toMatchObject({ sector, lastError: null });
    await until(back?.index ?? -1, isIn('Empty', 'resting'));
    const reloaded = 'the configuration is reloaded by operator';
    expect(warnings).toEqual([reloaded, reloaded]);
  });

  test('of a thread that is still leaving is refused, and changes nothing', async () => {
    const { control, write, until, worker } = await setupOn({ stores: [0, 1] }, long);
    await until(1, atPc1);
    write({ stores: [0] });
    await control.reload({});
    const before = worker.config();
    write({ stores: [0, 1, 2] });
    const error = await rejectionOf(control.reload({}));
    expect(error).toMatchObject({ code: 'location_in_use' });
    expect(error.message).toContain('store1');
    expect(worker.config()).toBe(before);
    expect(await rejectionOf(control.pause(1, {}))).toMatchObject({
      code: 'shutting_down',
      message: 'thread #1 is leaving: it ends when its stage is done',
    });
    write({ stores: [0, 2] });
    await control.reload({});
    // No two threads have one index, not while one of them leaves either.
    expect(control.threads().map(({ index }) => index)).toEqual([0, 1, 2]);
  });

  test('twice at once adds a thread once', async () => {
    const { control, write } = await setupOn({}, noJobs);
    write({ stores: [0, 1] });
    const replies = await Promise.all([control.reload({}), control.reload({})]);
    expect(replies.map(({ changed }) => changed)).toEqual([true, false]);
    expect(control.threads().map(({ index }) => index)).toEqual([0, 1]);
  });

  test('lets a changed limit, interval and count of tries take hold now', async () => {
    let asked = 0;
    const again = gate();
    const { control, write, until, untilRow } = await setupOn(
      {
        stores: [0, 1],
        sealing: 'recover_interval = "20ms"\nmax_retries = 1000',
        more: '[processors.limit]\npc1 = 1',
      },
      {
        ...long,
        service: ({ assignTicket }) => ({
          assignTicket: async (id) => {
            if (++asked > 2) return assignTicket(id);
            await again.pass();
            return assignTicket(id);
          },
        }),
      },
    );
    again.open();
    const working = await Promise.race([0, 1].map((index) => until(index, atPc1)));
    const other = 1 - working.index;
    await until(other, (view) => view.waitingFor !== null);
    write({
      stores: [0, 1],
      sealing: 'recover_interval = "20ms"\nmax_retries = 7',
      more: '[processors.limit]\npc1 = 2',
    });
    expect(await control.reload({})).toMatchObject({ changed: true });
    await until(other, atPc1);
    expect(control.worker().limits).toMatchObject([{ name: 'pc1', limit: 2, configured: 2 }]);
    await untilRow(other, (row) => row.event === 'AssignTicket');
  });

  test('brings a new count of tries to a thread that is at its tries', async () => {
    const { SealvisorError } = await import('#src/protocol/errors.js');
    const { control, write, until } = await setupOn(
      { sealing: 'recover_interval = "20ms"\nmax_retries = 1000' },
      {
        service: {
          assignTicket: async () => {
            throw new SealvisorError('remote_error', 'the manager answered: no ticket now');
          },
        },
      },
    );
    await until(0, (view) => view.tries?.n === 2);
    write({ sealing: 'recover_interval = "20ms"\nmax_retries = 3' });
    await control.reload({});
    expect(await until(0, isIn('TreeDBuilt', 'paused'))).toMatchObject({ lastError: { level: 'permanent' } });
  });

  test('takes the word of the file before a limit that was set by hand', async () => {
    const { control, write } = await setupOn({ more: '[processors.limit]\npc1 = 1' }, noJobs);
    await control.setLimit('pc1', 4, {});
    write({ more: '[processors.limit]\npc1 = 3' });
    await control.reload({});
    expect(control.worker().limits).toMatchObject([{ name: 'pc1', limit: 3, configured: 3 }]);
    write({ more: '[processors.limit]\npc1 = 1' });
    await control.reload({});
    expect(control.worker().limits).toMatchObject([{ name: 'pc1', limit: 1, configured: 1 }]);
  });

  test('of a faulty file changes nothing, and says which key', async () => {
    const { control, write, worker } = await setupOn({}, noJobs);
    const before = worker.config();
    write({ stores: [0, 1], more: '[processors.limit]\npc1 = 0' });
    const wrong = await rejectionOf(control.reload({}));
    expect(wrong).toMatchObject({ code: 'config_invalid' });
    expect(wrong.message).toContain('processors.limit.pc1');
    write('[sealing\n');
    expect(await rejectionOf(control.reload({}))).toMatchObject({ code: 'config_invalid' });
    expect(control.threads()).toHaveLength(1);
    expect(worker.config()).toBe(before);
  });

  test('tells what only a restart can change, and applies the rest', async () => {
    const { control, write, worker } = await setupOn({}, noJobs);
    write({ more: '[sealvisor]\nspare_threads = 3\nstop_grace = "7s"\nhistory_rows = 500' });
    expect(await control.reload({})).toMatchObject({
      changed: true,
      message: '1 changes are applied; 2 need a restart',
      changes: [
        { kind: 'changed', what: 'sealvisor.stop_grace' },
        { kind: 'restart', what: 'sealvisor.spare_threads' },
        { kind: 'restart', what: 'sealvisor.history_rows' },
      ],
    });
    expect(worker.config()).toMatchObject({ stopGraceMs: 7000, spareThreads: 0, historyRows: 10_000 });
  });
});

describe('hot configuration', () => {
  const hotOf = (made: { locationOf(index: number): string }, text: string) => {
    mkdirSync(made.locationOf(0), { recursive: true });
    writeFileSync(join(made.locationOf(0), 'config.toml'), text);
  };

  test('is read before each new sector', async () => {
    const wishes: unknown[] = [];
    const second = gate();
    const made = await setup({
      sealing: { sealIntervalMs: 1, recoverIntervalMs: 10 },
      service: ({ allocateSector }) => ({
        allocateSector: async (spec) => {
          wishes.push(spec.AllowedMiners);
          if (wishes.length === 1) return allocateSector(spec);
          void second.pass();
          return null;
        },
      }),
      leastMs: { pc1: 200 },
    });
    await made.until(0, atPc1);
    hotOf(made, '[sealing]\nallowed_miners = [4321]\n');
    await second.reached;
    expect(wishes.slice(0, 2)).toEqual([null, [4321]]);
  });

  test('that is faulty leaves what was before it, with one warning; mended, it is taken', async () => {
    const wishes: unknown[] = [];
    const doors = [gate(), gate(), gate(), gate()];
    const made = await setup({
      sealing: { recoverIntervalMs: 5 },
      service: {
        allocateSector: async ({ AllowedMiners }) => {
          await doors[wishes.push(AllowedMiners) - 1]?.pass();
          return null;
        },
      },
    });
    const texts = [
      '[sealing]\nallowed_miners = [4321]\n',
      '[sealing]\nallowed_minors = [1]\n',
      undefined,
      '[sealing]\nallowed_miners = [77]\n',
    ];
    for (const [at, text] of texts.entries()) {
      await doors[at]?.reached;
      if (text !== undefined) hotOf(made, text);
      doors[at]?.open();
    }
    await made.until(0, () => wishes.length >= 5);
    expect(wishes.slice(0, 5)).toEqual([null, [4321], [4321], [4321], [77]]);
    // Beside them it is told that the manager has nothing for these miners.
    expect(made.warnings.filter((line) => line.includes('config.toml'))).toEqual([
      expect.stringMatching(/allowed_minors.*thread #0 keeps its previous settings/),
    ]);
  });
});

describe('a store that is attached by a reload', () => {
  test('is there while the worker runs; a wrong one is refused with its key, and changes nothing', async () => {
    const { control, write, path, worker } = await setupOn({});
    const added = join(dirname(path), 'added');
    const store = (name: string, location: string, more = '') =>
      `[[attached]]\nname = "${name}"\nlocation = ${JSON.stringify(location)}\n${more}`;
    write({ more: store('added', added) });
    expect(await control.reload({})).toMatchObject({
      changed: true,
      changes: [{ what: 'attached "added"' }],
    });
    expect(readdirSync(added)).toContain('.sealvisor');
    expect(worker.config().attached.map(({ name }) => name)).toEqual(['long', 'added']);
    const taken = async (text: string) => {
      write({ more: `${store('added', added)}${text}` });
      return rejectionOf(control.reload({}));
    };
    expect(await taken(store('added', join(added, '..', 'third')))).toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('attached[1] and attached[2]'),
    });
    expect(await taken(store('twin', added))).toMatchObject({
      code: 'location_shared',
      message: expect.stringContaining('attached[1] and attached[2]'),
    });
    symlinkSync(added, join(dirname(path), 'link'));
    expect(await taken(store('twin', join(dirname(path), 'link')))).toMatchObject({
      code: 'location_shared',
      message: expect.stringContaining('attached[1] and attached[2]'),
    });
    expect(await taken(store('full', dirname(path)))).toMatchObject({ code: 'location_shared' });
    expect(worker.config().attached.map(({ name }) => name)).toEqual(['long', 'added']);
  });

  test('and is not one is refused; so is a file that has become a FIFO, which holds nobody up', async () => {
    const { control, write, path } = await setupOn({});
    const other = join(dirname(path), 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'letter.txt'), '');
    write({ more: `[[attached]]\nname = "other"\nlocation = ${JSON.stringify(other)}\n` });
    expect(await rejectionOf(control.reload({}))).toMatchObject({ code: 'wrong_disk' });
    rmSync(path);
    execFileSync('mkfifo', [path]);
    expect(await rejectionOf(control.reload({}))).toMatchObject({ code: 'config_invalid' });
    expect(control.threads()).toHaveLength(1);
  });
});
