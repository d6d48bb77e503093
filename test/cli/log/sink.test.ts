import { expect, test } from 'vitest';
import type { Outlet } from '../../../cli/log/outlet.js';
import { BoundedSink, type Gap } from '../../../dist/cli/log/sink.js';

/** An outlet that does what the test says, and timers that the test turns. */
function setup(options: { readonly mostBytes?: number } = {}) {
  const timers: (() => void)[] = [];
  const outlet = fakeOutlet();
  const sink = new BoundedSink({
    outlet,
    gapLine: ({ count, why }: Gap) => `${count} dropped (${why})\n`,
    clock: { now: () => 0, setTimeout: (run) => timers.push(run) },
    ...options,
  });
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  const later = async () => {
    for (const run of timers.splice(0)) run();
    await turn();
  };
  return { outlet, sink, turn, later };
}

function fakeOutlet() {
  const state = {
    text: '',
    fault: undefined as string | undefined,
    most: Number.POSITIVE_INFINITY,
    isClosed: false,
    write: async (bytes: Uint8Array) => {
      if (state.fault !== undefined) throw Object.assign(new Error(state.fault), { code: state.fault });
      const part = bytes.subarray(0, state.most);
      state.text += Buffer.from(part).toString();
      return part.length;
    },
    close: () => {
      state.isClosed = true;
    },
  };
  return state satisfies Outlet;
}

test('lines come out whole and in order, also when each write takes a part', async () => {
  const { sink, outlet, turn } = setup();
  outlet.most = 3;
  sink.write('one\n');
  sink.write('two\n');
  await turn();
  sink.write('three\n');
  await turn();
  expect(outlet.text).toBe('one\ntwo\nthree\n');
});

test.each([
  ['ENOSPC', 'ENOSPC'],
  ['EIO', 'EIO'],
  ['EPIPE', 'EPIPE'],
  ['EAGAIN', 'its reader does not read'],
])(
  'while the outlet answers %s no more than the bound waits; then comes what waited, and the count',
  async (code, why) => {
    const { sink, outlet, turn, later } = setup({ mostBytes: 20 });
    outlet.fault = code;
    for (let n = 0; n < 1000; n += 1) sink.write(`line ${n}\n`);
    await turn();
    await later();
    expect(outlet.text).toBe('');
    outlet.fault = undefined;
    await later();
    expect(outlet.text).toBe(`line 0\nline 1\n998 dropped (${why})\n`);
    sink.write('after\n');
    await turn();
    expect(outlet.text.endsWith(`998 dropped (${why})\nafter\n`)).toBe(true);
  },
);

test('a flush ends when all is written, and at its deadline when nothing can be', async () => {
  const { sink, outlet, turn } = setup();
  sink.write('one\n');
  await sink.flush(60_000);
  expect(outlet.text).toBe('one\n');
  outlet.fault = 'ENOSPC';
  sink.write('two\n');
  await turn();
  await sink.flush(1);
  expect(outlet.text).toBe('one\n');
});

test('moved to another outlet, the next line is there and the old one is closed', async () => {
  const { sink, outlet, turn } = setup();
  const other = fakeOutlet();
  sink.write('one\n');
  await turn();
  sink.moveTo(other);
  sink.write('two\n');
  await turn();
  expect([outlet.text, outlet.isClosed, other.text]).toEqual(['one\n', true, 'two\n']);
});

test('an outlet that takes nothing is left: what waited is whole in the other', async () => {
  const { sink, outlet, turn, later } = setup();
  const other = fakeOutlet();
  outlet.most = 2;
  const { write } = outlet;
  outlet.write = async (bytes) => {
    const count = await write(bytes);
    outlet.fault = 'ENOSPC';
    return count;
  };
  sink.write('one\ntwo\n');
  await turn();
  sink.moveTo(other);
  await later();
  expect([outlet.text, other.text]).toEqual(['on', 'one\ntwo\n']);
});
