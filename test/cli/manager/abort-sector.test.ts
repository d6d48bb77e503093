/** An abort of a sector whose pre-commit was submitted: asked about at a terminal, told of in a script. */
import { expect, test } from 'vitest';
import { resume as resumeOn } from '#cli/commands/manager/resume.js';
import { abort } from '#cli/commands/manager/sealer.js';
import { resume } from '#cli/commands/worker/resume.js';
import type { AbortLoss } from '#src/protocol/thread.js';
import type { ResumeRequest } from '#src/worker/control-words.js';
import { atTerminal, captured, listening } from '../../tools/cli/setup.js';
import { listening as answering } from '../../tools/fleet/setup.js';
import { pausedView, viewOf } from '../../tools/protocol/views.js';

const said = captured();

const loss: AbortLoss = {
  sector: 's-t010000-2',
  preCommit: { certain: true, at: '2026-11-22T09:00:00.000Z' },
  proof: false,
  files: ['/store1/sectors/s-t010000-2'],
  stored: ['/remote/sealed/s-t010000-2'],
};
const whatGoes =
  's-t010000-2 is aborted for good. Its pre-commit was submitted at 2026-11-22 09:00 UTC: its deposit on chain is lost. Removed: /store1/sectors/s-t010000-2. Removed as well, unless its proof is or may get on chain: /remote/sealed/s-t010000-2.';

/** A worker with a paused thread; what it is asked to resume. */
async function paused(loses: AbortLoss | null = loss, view = pausedView({ revision: 7 })) {
  const asked: ResumeRequest[] = [];
  const { worker } = await listening([view], {
    dryRun: async () => ({ allowed: true, to: 'Aborted', redo: [], skip: [], ...(loses ? { loses } : {}) }),
    resume: async (_index, request) => {
      asked.push(request);
      return { ...view, changed: true, message: 'thread #0 aborts s-t010000-2' };
    },
  });
  return { worker, asked };
}
const toAborted = { index: 0, state: 'Aborted' };

test('at a terminal it is asked, and done only by a yes, and only of what was asked about', async () => {
  const { worker, asked } = await paused();
  atTerminal('n');
  await resume({ worker, ...toAborted });
  expect(asked).toEqual([]);
  expect(process.exitCode).toBe(3);
  expect(said.err).toBe(`Thread #0 at C1Done: ${whatGoes} Abort it? [y/N] nothing was aborted\n`);
  process.exitCode = undefined;
  atTerminal('y');
  await resume({ worker, ...toAborted });
  expect(asked).toMatchObject([{ state: 'Aborted', ifRevision: 7 }]);
  expect(process.exitCode).toBeUndefined();
});

test('no answer is no', async () => {
  const { worker, asked } = await paused();
  atTerminal('');
  await resume({ worker, ...toAborted });
  expect({ asked, exit: process.exitCode }).toEqual({ asked: [], exit: 3 });
});

test.each([undefined, 'n'])('with --yes nothing is asked or warned of (terminal: %j)', async (line) => {
  const { worker, asked } = await paused();
  atTerminal(line);
  await resume({ worker, ...toAborted, yes: true });
  expect(asked).toHaveLength(1);
  expect(said.err).toBe('thread #0 aborts s-t010000-2\n');
});

test('in a script the command line of upstream goes on working, and says what went', async () => {
  const { worker, asked } = await paused();
  atTerminal(undefined);
  await resume({ worker, ...toAborted });
  expect(asked).toHaveLength(1);
  expect(said.err).toBe(`thread #0 aborts s-t010000-2\nwarning: ${whatGoes} With --yes this is not asked.\n`);
  await resume({ worker, index: 0, state: 'Abort' });
  expect(said.err.match(/warning/g)).toHaveLength(2);
});

test.each([
  ['without a pre-commit', { ...loss, preCommit: null }, pausedView()],
  ['that is not paused', loss, viewOf({ mode: 'running', state: 'C1Done' })],
])('a sector %s is not asked about', async (_, loses, view) => {
  const { worker, asked } = await paused(loses, view);
  atTerminal('n');
  await resume({ worker, ...toAborted });
  expect(asked).toHaveLength(1);
  expect(said.err).toBe('thread #0 aborts s-t010000-2\n');
});

test('a worker that does not say what is lost is judged by the state of its thread', async () => {
  atTerminal('n');
  const behind = await paused(null);
  await resume({ worker: behind.worker, ...toAborted });
  expect(said.err).toContain('s-t010000-2 is aborted for good. Its pre-commit was submitted: its deposit');
  expect(behind.asked).toEqual([]);
  said.err = '';
  const before = await paused(null, pausedView({ state: 'PC1Done' }));
  await resume({ worker: before.worker, ...toAborted });
  expect(before.asked).toHaveLength(1);
});

test('util worker resume asks the same', async () => {
  const { worker, asked } = await paused();
  // The manager does not know it: it is dialled.
  const manager = await answering((_, response) => {
    response.writeHead(404).end(JSON.stringify({ code: 'worker_not_found', detail: 'no worker' }));
  });
  atTerminal('n');
  await resumeOn(worker, '0', 'Aborted', { manager });
  expect(said.err).toContain(`${whatGoes} Abort it? [y/N] nothing was aborted`);
  atTerminal('y');
  await resumeOn(worker, '0', 'Aborted', { manager });
  expect(asked).toMatchObject([{ state: 'Aborted', ifRevision: 7 }]);
});

/** A manager with a sector of so many pre-commit messages; what it is posted. */
async function managing(preCommit: number) {
  const posted: string[] = [];
  const url = await answering((request, response) => {
    if (request.method === 'POST') posted.push(request.url ?? '');
    const sector = { id: 's-t010000-2', abort: null, finalized: false, messages: { preCommit, proof: 0 } };
    const worker = { name: 'w1', location: '/store1' };
    response.end(JSON.stringify({ ...sector, worker, changed: true, message: 'aborted' }));
  });
  return { manager: url, posted };
}

test('util sealer abort asks at a terminal; in a script it is refused with the command that says yes', async () => {
  const { manager, posted } = await managing(1);
  const reason = 'deal withdrawn';
  atTerminal(undefined);
  await expect(abort('s-t010000-2', { manager, reason })).rejects.toMatchObject({
    code: 'usage',
    message: `s-t010000-2 is aborted for good. Its pre-commit was submitted: its deposit on chain is lost. Removed: /store1/sectors/s-t010000-2 of worker w1. If that is meant: venus-sector-manager util sealer abort s-t010000-2 --manager ${manager} --reason 'deal withdrawn' --yes`,
  });
  atTerminal('n');
  await abort('s-t010000-2', { manager });
  expect({ posted, exit: process.exitCode }).toEqual({ posted: [], exit: 3 });
  await abort('s-t010000-2', { manager, yes: true });
  atTerminal('yes');
  await abort('s-t010000-2', { manager });
  expect(posted).toHaveLength(2);
});

test('util sealer abort of a sector without a pre-commit needs no yes', async () => {
  const { manager, posted } = await managing(0);
  atTerminal(undefined);
  await abort('s-t010000-2', { manager });
  expect(posted).toEqual(['/api/v1/sectors/s-t010000-2/abort']);
});
