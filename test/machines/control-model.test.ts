import fc from 'fast-check';
import { test } from 'vitest';
import { type Plan, plans, sealer } from '#machines/index.js';
import type { Mode, Step } from '../tools/machines/model.js';
import { sector } from '../tools/machines/setup.js';
import { type Beginning, World } from '../tools/machines/world.js';

/** A soak sets more. */
const numRuns = Number(process.env.MODEL_RUNS ?? 400);
const statesOf = (plan: Plan) => plan.states.map(({ name }) => name);
const heavyOf = (plan: Plan) => plan.states.flatMap(({ name, processor }) => (processor ? [name] : []));
/** The sealer's has all there is; the others come in for what they do otherwise. */
const anyPlan = fc.oneof(fc.constant(sealer), fc.constantFrom(...Object.values(plans)));

const policy = fc.record({
  tries: fc.nat(3),
  firstMs: fc.constantFrom(0, 1, 1000, 60_000),
  factor: fc.constantFrom(1, 2, 10),
  capMs: fc.constantFrom(1000, 100_000, Number.POSITIVE_INFINITY),
  jitter: fc.constantFrom(0, 0.1, 1),
});
const beginningOf = (plan: Plan): fc.Arbitrary<Beginning> =>
  fc.record({
    plan: fc.constant(plan),
    state: fc.oneof(
      fc.constant('Empty'),
      fc.constantFrom(...statesOf(plan)),
      fc.constantFrom(...heavyOf(plan)),
    ),
    policy,
    random: fc.constantFrom(0, 0.25, 1),
  });

/** What chance alone would seldom begin with. */
const granted = { do: 'grant', isProbe: false } as const;
const first = fc.constantFrom<readonly Move[]>(
  [],
  [{ do: 'refuse' }],
  [granted, { do: 'pause', how: 'after-stage' }],
  [granted, { do: 'pause', how: 'freeze' }],
  [granted, { do: 'stop' }],
  [granted, { do: 'find nothing' }],
  [granted, { do: 'fail', level: 'temporary' }],
);

/** What brings a thread on in its mode: without it, most of what comes would find it standing still. */
function onward(mode: Mode): Step {
  switch (mode) {
    case 'asking':
    case 'waiting':
      return granted;
    case 'paused':
    case 'frozen':
      return { do: 'resume', state: null, force: false };
    case 'idle':
    case 'retrying':
    case 'resting':
      return { do: 'wait', ms: 600_000 };
    case 'running':
    case 'pausing':
    case 'stopping':
      return { do: 'end', edge: 0 };
    case 'stopped':
      return { do: 'kill' };
  }
}

type Move = Step | { readonly do: 'go on' };
const just = (move: Move) => fc.constant<Move>(move);
const moveOf = (plan: Plan): fc.Arbitrary<Move> =>
  fc.oneof(
    { weight: 10, arbitrary: just({ do: 'go on' }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('end' as const), edge: fc.nat(1) }) },
    { weight: 2, arbitrary: just({ do: 'grant', isProbe: false }) },
    { weight: 2, arbitrary: just({ do: 'grant', isProbe: true }) },
    { weight: 2, arbitrary: just({ do: 'refuse' }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('pause' as const),
        how: fc.constantFrom('after-stage', 'freeze', 'now'),
      }),
    },
    { weight: 4, arbitrary: just({ do: 'resume', state: null, force: false }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('resume' as const),
        state: fc.constantFrom(...statesOf(plan), 'Melted'),
        force: fc.boolean(),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('fail' as const),
        level: fc.constantFrom('temporary', 'temporary', 'permanent', 'critical', 'abort'),
      }),
    },
    { weight: 1, arbitrary: just({ do: 'end wrongly' }) },
    { weight: 1, arbitrary: just({ do: 'find nothing' }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('wait' as const),
        ms: fc.constantFrom(0, 1, 999, 29_999, 60_000, 3_600_000),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('lose' as const),
        sector: fc.constantFrom(sector.id, 's-t010000-3', 's-t010000-4'),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('lose files' as const),
        files: fc.subarray([...new Set(plan.states.flatMap(({ needs }) => needs.files))]),
      }),
    },
    { weight: 1, arbitrary: just({ do: 'stop' }) },
    { weight: 3, arbitrary: just({ do: 'kill' }) },
  );

test('whatever stages, lines, operators, managers, clocks and deaths do, the thread is what the model says', async () => {
  const story = anyPlan.chain((plan) =>
    fc.tuple(beginningOf(plan), first, fc.array(moveOf(plan), { maxLength: 50, size: 'max' })),
  );
  await fc.assert(
    fc.asyncProperty(story, async ([start, before, then]) => {
      let world = new World(start);
      for (const each of [...before, ...then]) {
        const step = each.do === 'go on' ? onward(world.mode()) : each;
        // Wherever it is, it can be killed.
        const next = world.reborn();
        const isKilled = step.do === 'kill';
        (isKilled ? world : next).end();
        if (isKilled) world = next;
        else await world.take(step);
      }
      await world.release();
    }),
    { numRuns },
  );
}, 600_000);
