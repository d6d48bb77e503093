import fc from 'fast-check';
import { test } from 'vitest';
import type { SimulatedClock } from 'xstate';
import { planState, sealer } from '#machines/index.js';
import type { ThreadRecord } from '#machines/thread-record.js';
import { emptyRecord } from '#machines/thread-record.js';
import { at, sector, thread, turn } from './setup.js';

type Step =
  | { readonly do: 'succeed'; readonly pick: number }
  | { readonly do: 'idle' }
  | { readonly do: 'fail'; readonly level: 'temporary' | 'permanent' | 'critical' | 'abort' }
  | { readonly do: 'pause'; readonly how: 'after-stage' | 'now' }
  | { readonly do: 'resume'; readonly state: string | null }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'restart' };

const stateNames = sealer.states.map((state) => state.name);
const succeed = fc.record({ do: fc.constant('succeed' as const), pick: fc.nat(1) });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: succeed },
  { weight: 1, arbitrary: fc.constant({ do: 'idle' } as const) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      level: fc.constantFrom('temporary', 'permanent', 'critical', 'abort'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('pause' as const), how: fc.constantFrom('after-stage', 'now') }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('resume' as const),
      state: fc.option(fc.constantFrom(...stateNames), { freq: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 29_000, 60_000) }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'restart' } as const) },
);

const modeOf = (where: string) => where.slice(where.indexOf('.') + 1);

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** A wait for the next job is no news of the sector: it is not written. */
const withoutWait = (record: ThreadRecord) => JSON.stringify({ ...record, nextAtMs: null, isResting: null });

const withoutMode = (record: ThreadRecord) =>
  JSON.stringify({ ...record, nextAtMs: null, isResting: null, isPaused: null, since: null });

class World {
  one: ReturnType<typeof thread>;
  written: ThreadRecord;

  constructor() {
    this.written = emptyRecord('sealer', at(0));
    this.one = thread({ record: this.written });
  }

  async take(step: Step): Promise<void> {
    const { one } = this;
    const [run] = one.live();
    switch (step.do) {
      case 'succeed': {
        if (!run) return;
        const edges = sealer.edges.filter((edge) => edge.from === run.record.state);
        const edge = edges[step.pick % Math.max(edges.length, 1)];
        const needs = edge ? (planState(sealer, edge.to)?.needs.outputs ?? []) : [];
        const outputs = Object.fromEntries(needs.map((key) => [key, key]));
        run.resolve({
          event: edge?.event ?? 'Released',
          outputs,
          ...(edge?.from === 'Empty' ? { sector } : {}),
        });
        break;
      }
      case 'idle':
        run?.resolve({ event: 'Idle' });
        break;
      case 'fail':
        run?.reject({ level: step.level, message: 'it broke' });
        break;
      case 'pause':
        one.pause(step.how);
        break;
      case 'resume':
        one.resume(step.state);
        break;
      case 'wait':
        one.clock.increment(step.ms);
        break;
      case 'restart':
        await this.restart(one.clock);
        return;
    }
    await turn();
    this.written = one.commits.at(-1)?.record ?? this.written;
  }

  /** As after kill -9: only what was written is left. */
  private async restart(clock: SimulatedClock): Promise<void> {
    const before = modeOf(this.one.where());
    const { written } = this;
    this.one.actor.stop();
    this.one = thread({ record: JSON.parse(JSON.stringify(written)) as ThreadRecord, clock });
    await turn();
    this.written = this.one.commits.at(-1)?.record ?? written;
    const after = modeOf(this.one.where());
    const wasToPause = before === 'paused' || before === 'active.pausing';
    check((after === 'paused') === wasToPause, `restarted, ${before} became ${after}`);
    check(
      withoutMode(this.one.record()) === withoutMode(written),
      'the restart changed more than that the pause took hold',
    );
  }

  /** What holds behind every step. */
  checkFacts(): void {
    const { one, written } = this;
    const record = one.record();
    const [state] = one.where().split('.');
    const mode = modeOf(one.where());
    const works = mode.startsWith('active.') ? 1 : 0;
    check(withoutWait(record) === withoutWait(written), 'the record is not what was last written');
    check(record.state === state, `in ${state} the record says ${record.state}`);
    check(record.isPaused === (mode === 'paused'), `isPaused is ${record.isPaused} in ${one.where()}`);
    check(one.live().length === works, `${one.live().length} stages run in ${one.where()}`);
    // A sector that no manager gave can be given up too.
    if (state !== 'Aborted')
      check((record.sector === null) === (state === 'Empty'), `${state}, sector ${record.sector?.id}`);
    check(mode !== 'active.pausing' || record.intent !== null, 'pausing without an intent');
    check(mode !== 'active.running' || record.intent === null, 'running on with an intent to pause');
    check(one.actor.getSnapshot().status === 'active', 'the machine ended');
  }
}

test('whatever stages and operators do, the record is what was last written, and a restart from it keeps the mode', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
      const world = new World();
      world.checkFacts();
      for (const each of steps) {
        await world.take(each);
        world.checkFacts();
      }
    }),
    { numRuns: 60 },
  );
});
