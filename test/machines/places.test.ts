import { describe, expect, test } from 'vitest';
import { sealer } from '#machines/index.js';
import { at, operatorsPause, recordAt, sector, settings, startMs, thread } from '../tools/machines/setup.js';

const granted = { granted: true, isProbe: false } as const;
const probe = { granted: true, isProbe: true } as const;
const refused = { granted: false } as const;

/** Where a place is asked for, and by what name. */
const placed = sealer.states.flatMap(({ name, processor }) => {
  const place = name === 'Empty' ? 'sector' : processor;
  return place === undefined ? [] : [[name, place] as const];
});
const unplaced = sealer.states
  .map(({ name }) => name)
  .filter((name) => !placed.some(([each]) => each === name));

function inLine(state: string, facts: Parameters<typeof recordAt>[1] = {}) {
  const one = thread({ record: recordAt(state, facts), hasLines: true });
  const answer = async (given: Parameters<(typeof one.places)[number]['answer']>[0]) => {
    await one.places.at(-1)?.answer(given);
  };
  return { ...one, answer };
}

describe('before heavy work and before a new sector', () => {
  test.each(placed)(
    'in %s a place is asked for by the name %s, and no stage runs until it is granted',
    async (state, name) => {
      const one = inLine(state);
      expect(one.where()).toBe(`${state}.asking`);
      expect(one.places.map(({ asked }) => asked)).toEqual([{ name, isResumed: false }]);
      expect(one.runs).toEqual([]);
      await one.answer(granted);
      expect(one.where()).toBe(`${state}.active.running`);
      expect(one.runs).toHaveLength(1);
      expect(one.commits).toEqual([]);
      expect(one.left).toEqual([]);
    },
  );

  test.each(placed)(
    'in %s the thread waits in the line for %s, however long, and works once it is its turn',
    async (state) => {
      const one = inLine(state);
      await one.answer(refused);
      expect(one.where()).toBe(`${state}.waiting`);
      one.clock.increment(24 * 3600 * 1000);
      expect(one.where()).toBe(`${state}.waiting`);
      expect(one.runs).toEqual([]);
      expect(one.places).toHaveLength(2);
      await one.answer(granted);
      expect(one.where()).toBe(`${state}.active.running`);
      expect(one.commits).toEqual([]);
    },
  );

  test.each(unplaced)('in %s no place is asked for', (state) => {
    const one = inLine(state);
    expect(one.where()).toBe(`${state}.active.running`);
    expect(one.places).toEqual([]);
  });

  test('each heavy stage asks for its own place, and a wait that is over asks again', async () => {
    const one = inLine('TicketAssigned');
    await one.answer(granted);
    await one.succeed('PC1');
    expect(one.where()).toBe('PC1Done.asking');
    await one.answer(granted);
    await one.fail('temporary');
    one.clock.increment(settings.recoverIntervalMs);
    expect(one.where()).toBe('PC1Done.asking');
    expect(one.places.map(({ asked }) => asked?.name)).toEqual(['pc1', 'pc2', 'pc2']);
  });

  test('the time in line is none of the stage’s', async () => {
    const one = inLine('TicketAssigned');
    await one.answer(refused);
    one.clock.increment(5000);
    await one.answer(granted);
    one.clock.increment(1000);
    await one.succeed('PC1');
    expect(one.lastRow()?.durationMs).toBe(1000);
  });
});

describe.each([
  ['asking', []],
  ['waiting', [refused]],
] as const)('while it is %s', (mode, answers) => {
  async function waiting() {
    const one = inLine('TicketAssigned');
    for (const each of answers) await one.answer(each);
    expect(one.where()).toBe(`TicketAssigned.${mode}`);
    return one;
  }

  test('a pause holds at once, leaves the line, and the resume asks again', async () => {
    const one = await waiting();
    one.pause();
    expect(one.where()).toBe('TicketAssigned.paused');
    expect(one.left).toEqual([answers.length + 1]);
    expect(one.places.at(-1)?.signal.aborted).toBe(true);
    expect(one.record()).toMatchObject({ isPaused: true, intent: { ...operatorsPause, at: at(0) } });
    expect(one.commits).toHaveLength(1);
    one.resume();
    expect(one.where()).toBe('TicketAssigned.asking');
    expect(one.places.at(-1)?.asked).toEqual({ name: 'pc1', isResumed: true });
  });

  test('a place that is granted behind the pause starts nothing', async () => {
    const one = await waiting();
    one.pause();
    await one.answer(granted);
    expect(one.where()).toBe('TicketAssigned.paused');
    expect(one.runs).toEqual([]);
  });

  test('a stop ends the thread at once, with nothing written', async () => {
    const one = await waiting();
    one.stop();
    expect(one.actor.getSnapshot().status).toBe('done');
    expect(one.places.at(-1)?.signal.aborted).toBe(true);
    expect([...one.runs, ...one.commits]).toEqual([]);
  });

  test('a resume changes nothing', async () => {
    const one = await waiting();
    one.resume();
    one.resume('PieceAdded', null, true);
    expect(one.where()).toBe(`TicketAssigned.${mode}`);
    expect(one.commits).toEqual([]);
    expect(one.places).toHaveLength(answers.length + 1);
  });

  test.each([
    ['temporary', 'TicketAssigned.retrying', 'temporary'],
    ['permanent', 'TicketAssigned.paused', 'permanent'],
    ['abort', 'Aborted.active.running', 'abort'],
  ] as const)('a line that fails is a failure of the stage: %s leads to %s', async (level, where, shown) => {
    const one = await waiting();
    await one.places.at(-1)?.fail({ level, message: 'the worker is gone' });
    expect(one.where()).toBe(where);
    expect(one.record()).toMatchObject({ lastError: { level: shown, stage: 'PC1' } });
    expect(one.record().state).toBe(where.split('.')[0]);
    expect(one.commits).toHaveLength(1);
  });
});

describe('a thread that an operator sent on says so in line', () => {
  async function resumed(state = 'TicketAssigned') {
    const one = inLine(state, { isPaused: true });
    one.resume();
    expect(one.places.at(-1)?.asked?.isResumed).toBe(true);
    return one;
  }

  test('for the next stage, too: what stood in the way is still before it', async () => {
    const one = await resumed();
    await one.answer(granted);
    await one.succeed('PC1');
    expect(one.places.at(-1)?.asked).toEqual({ name: 'pc2', isResumed: true });
  });

  test('until it was paused again', async () => {
    const one = await resumed();
    await one.answer(granted);
    one.pause();
    await one.succeed('PC1');
    expect(one.where()).toBe('PC1Done.paused');
    expect(one.actor.getSnapshot().context.isResumed).toBe(false);
  });

  test('until its probe failed in passing', async () => {
    const one = await resumed();
    await one.answer(probe);
    await one.fail('temporary');
    one.clock.increment(settings.recoverIntervalMs);
    expect(one.places.at(-1)?.asked).toEqual({ name: 'pc1', isResumed: false });
  });

  test('and is paused when its probe fails for good: it does not queue again by itself', async () => {
    const one = await resumed();
    await one.answer(probe);
    await one.fail('permanent');
    expect(one.where()).toBe('TicketAssigned.paused');
    expect(one.actor.getSnapshot().context.isResumed).toBe(false);
  });

  test('once: not when there was no job', async () => {
    const one = await resumed('Empty');
    await one.answer(granted);
    await one.succeed('Idle');
    one.clock.increment(settings.recoverIntervalMs);
    expect(one.places.at(-1)?.asked).toEqual({ name: 'sector', isResumed: false });
  });

  test('again, when it was paused before it had its place', async () => {
    const one = await resumed();
    one.pause();
    one.resume();
    expect(one.places.at(-1)?.asked?.isResumed).toBe(true);
  });

  test('not after a restart', () => {
    const one = inLine('TicketAssigned');
    expect(one.places.at(-1)?.asked?.isResumed).toBe(false);
  });
});

describe('a stage that is tried for all who wait', () => {
  test.each(['permanent', 'critical'] as const)(
    'and fails, %s, goes back in line, with its error and its row',
    async (level) => {
      const one = inLine('C1Done');
      await one.answer(probe);
      one.clock.increment(10);
      await one.fail(level, 'no parameters');
      expect(one.where()).toBe('C1Done.asking');
      expect(one.record()).toEqual({
        ...recordAt('C1Done'),
        lastError: { level, message: 'no parameters', stage: 'C2', at: at(10) },
        since: at(10),
      });
      expect(one.commits).toHaveLength(1);
      expect(one.lastRow()).toMatchObject({ kind: 'error', level, message: 'no parameters', to: 'C1Done' });
      expect(one.live()).toEqual([]);
    },
  );

  test('is not a probe any more when it has its next slot', async () => {
    const one = inLine('C1Done');
    await one.answer(probe);
    await one.fail('permanent');
    await one.answer(granted);
    await one.fail('permanent');
    expect(one.where()).toBe('C1Done.paused');
  });

  test('and is done continues as any other', async () => {
    const one = inLine('C1Done');
    await one.answer(refused);
    await one.answer(probe);
    await one.succeed('C2');
    expect(one.where()).toBe('C2Done.active.running');
    await one.fail('permanent');
    expect(one.where()).toBe('C2Done.paused');
  });

  test('and fails in passing waits as any other', async () => {
    const one = inLine('C1Done');
    await one.answer(probe);
    await one.fail('temporary');
    expect(one.where()).toBe('C1Done.retrying');
    expect(one.record()).toMatchObject({ tries: 1, nextAtMs: startMs + settings.recoverIntervalMs });
  });

  test('and whose sector is lost gives it up', async () => {
    const one = inLine('C1Done');
    await one.answer(probe);
    await one.fail('abort');
    expect(one.where()).toBe('Aborted.active.running');
    expect(one.record().sector).toEqual(sector);
  });

  test('and is paused while it works is paused after its failure', async () => {
    const one = inLine('C1Done');
    await one.answer(probe);
    one.pause();
    await one.fail('permanent');
    expect(one.where()).toBe('C1Done.paused');
  });

  test('and whose pause is cancelled is still tried for the others', async () => {
    const one = inLine('C1Done');
    await one.answer(probe);
    one.pause();
    one.resume();
    await one.fail('permanent');
    expect(one.where()).toBe('C1Done.asking');
  });
});
