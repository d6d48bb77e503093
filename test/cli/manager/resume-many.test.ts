/** `venus-worker worker resume --all` and its selectors, against a worker's real doors. */
import { expect, test } from 'vitest';
import { isSelection, selected } from '#cli/commands/resume-many.js';
import { resume } from '#cli/commands/worker/resume.js';
import { captured, listening } from '../../tools/cli/setup.js';
import { pausedView, viewOf } from '../../tools/protocol/views.js';

const said = captured();
const failed = (message: string) =>
  ({ level: 'permanent', message, stage: 'C2', at: '2026-01-01T00:00:00Z' }) as const;
const views = [
  viewOf(),
  pausedView({ index: 1, state: 'PC1Done', lastError: failed('No space left') }),
  pausedView({ index: 2, state: 'PC2Done', lastError: failed('another') }),
  pausedView({ index: 3, plan: 'unseal', state: 'Allocated', lastError: null }),
];

test.each([
  [{ all: true }, [1, 2, 3]],
  [{ stateIs: 'PC2Done' }, [2]],
  [{ error: 'space' }, [1]],
  [{ plan: 'unseal' }, [3]],
  [{ all: true, plan: 'sealer', error: 'another' }, [2]],
])('%j means the paused threads %j', (selection, indexes) => {
  expect(selected(views, selection).map(({ index }) => index)).toEqual(indexes);
});

test('resume --all resumes each paused thread, and says what was refused', async () => {
  const asked: number[] = [];
  const { worker } = await listening(views, {
    resume: async (index) => {
      asked.push(index);
      if (index === 2) throw new Error('broken');
      return { ...viewOf({ index }), changed: true, message: `thread #${index} resumes` };
    },
  });
  await resume({ worker, all: true, reason: 'the manager is back' });
  expect(asked).toEqual([1, 2, 3]);
  expect(said.err).toContain('thread #1 resumes');
  expect(said.err).toContain('thread #3 resumes');
  expect(process.exitCode).toBe(1);
  process.exitCode = undefined;
});

test('a selection together with one thread is wrong usage, and so is neither', async () => {
  expect(() => isSelection({ all: true }, { '--index': 1 })).toThrow('--index');
  await expect(resume({ worker: '127.0.0.1:1' })).rejects.toMatchObject({ code: 'usage' });
});

test.each([
  [{ stateIs: 'pc1done' }, 'did you mean PC1Done?'],
  [{ stateIs: 'SnapEncodd' }, 'did you mean SnapEncoded?'],
  [{ plan: 'unsael' }, 'did you mean unseal?'],
  [{ plan: 'nothing' }, 'unknown plan nothing: known are sealer'],
])('a name that there is not is refused with the nearest: %j', async (selection, message) => {
  const { worker } = await listening(views);
  await expect(resume({ worker, ...selection })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining(message),
  });
});
