import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Child,
  type ChildSpec,
  type Exit,
  type Supervisor,
  startSupervisor,
} from '#src/actors/index.js';
import {
  type Member,
  ModelSupervisor,
  type Node,
  newWorld,
  nextOutcome,
  type Outcome,
  periodMs,
  type Said,
  type Tree,
} from '../tools/actors/model.js';
import { TestClock } from '../tools/actors/world.js';

/** A real tree over leaves that write the same log as the model. */
function makeReal() {
  const world = newWorld();
  const clock = new TestClock();
  const leaves = new Map<string, Leaf>();
  const supervisors = new Map<string, Supervisor>();

  class Leaf implements Child {
    isAlive = true;
    readonly #exit = Promise.withResolvers<Exit>();
    readonly exited = this.#exit.promise;
    constructor(readonly path: string) {}
    end(said: Said): void {
      this.isAlive = false;
      this.#exit.resolve(said === 'crash' ? { kind: said, error: this.path } : { kind: said });
    }
    stop(): void {
      if (this.isAlive) world.log.push(`stop ${this.path}`);
      this.end('shutdown');
    }
    kill(): void {
      if (this.isAlive) world.killed.push(this.path);
      this.end('killed');
    }
  }

  const specOf = (parent: string, node: Node): ChildSpec => {
    const path = `${parent}/${node.id}`;
    const { id, restart, significant, tree } = node;
    if (tree) return { id, restart, significant, type: 'supervisor', start: () => start(path, tree) };
    return {
      id,
      restart,
      significant,
      start: () => {
        const outcome = nextOutcome(world, path, node);
        if (outcome === 'fail') throw new Error(`${path} does not start`);
        if (outcome === 'ignore') return outcome;
        const leaf = new Leaf(path);
        leaves.set(path, leaf);
        return leaf;
      },
    };
  };
  const start = async (path: string, tree: Tree): Promise<Supervisor> => {
    const children = tree.children.map((node) => specOf(path, node));
    const supervisor = await startSupervisor({ ...tree, children, periodMs, clock });
    supervisors.set(path, supervisor);
    return supervisor;
  };
  /** What lives and what is known, in start order. */
  const picture = (path: string): unknown =>
    supervisors
      .get(path)
      ?.whichChildren()
      .map(({ id, child }) => {
        const below = `${path}/${id}`;
        if (child === undefined || child === 'restarting') return [id, child];
        return [id, supervisors.get(below) === child ? picture(below) : 'up'];
      });
  return { world, clock, leaves, supervisors, specOf, start, picture };
}

const pictureOf = (model: ModelSupervisor): unknown =>
  model.members.map(({ node, state, supervisor }) => {
    if (state === 'down') return [node.id, undefined];
    return [node.id, supervisor ? pictureOf(supervisor) : state];
  });

interface Place {
  readonly model: ModelSupervisor;
  readonly member: Member;
}

const placesOf = (model: ModelSupervisor): readonly Place[] =>
  model.members.flatMap((member) => [
    { model, member },
    ...(member.state === 'up' && member.supervisor ? placesOf(member.supervisor) : []),
  ]);

const modelsOf = (model: ModelSupervisor): readonly ModelSupervisor[] => [
  model,
  ...placesOf(model).flatMap(({ member }) =>
    member.state === 'up' && member.supervisor ? [member.supervisor] : [],
  ),
];

const said = fc.constantFrom<Said[]>('normal', 'shutdown', 'killed', 'crash', 'crash', 'crash');
const restart = fc.constantFrom<Node['restart'][]>('permanent', 'permanent', 'transient', 'temporary');
const outcome = fc.constantFrom<Outcome[]>('up', 'up', 'up', 'up', 'fail', 'ignore');
const outcomes = fc.oneof(fc.constant([]), fc.array(outcome, { maxLength: 5 }));
const flags = {
  strategy: fc.constantFrom<Tree['strategy'][]>('one_for_one', 'one_for_all', 'rest_for_one'),
  intensity: fc.nat({ max: 4 }),
  autoShutdown: fc.constantFrom<Tree['autoShutdown'][]>(
    'never',
    'never',
    'any_significant',
    'all_significant',
  ),
};
const leaf = fc.record({ restart, significant: fc.boolean(), outcomes });
type Sprout = Omit<Node, 'id'>;

/** Ids by place; what the spec's check would refuse is put right. */
const grow = ({ autoShutdown, ...tree }: Omit<Tree, 'children'> & { children: readonly Sprout[] }): Tree => ({
  ...tree,
  autoShutdown,
  children: tree.children.map((child, nth) => tamed(child, `${nth}`, autoShutdown)),
});
const tamed = (child: Sprout, id: string, autoShutdown: Tree['autoShutdown']): Node => ({
  ...child,
  id,
  significant: child.significant && autoShutdown !== 'never' && child.restart !== 'permanent',
});

const treeOf = (depth: number): fc.Arbitrary<Tree> => {
  const branch =
    depth > 0
      ? [
          fc.record({
            restart,
            significant: fc.boolean(),
            outcomes: fc.constant([]),
            tree: treeOf(depth - 1),
          }),
        ]
      : [];
  const child: fc.Arbitrary<Sprout> = fc.oneof(
    { weight: 3, arbitrary: leaf },
    ...branch.map((arbitrary) => ({ weight: 2, arbitrary })),
  );
  return fc.record({ ...flags, children: fc.array(child, { maxLength: 4 }) }).map(grow);
};

const which = fc.nat({ max: 1000 });
const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('exit' as const),
      which,
      saids: fc.array(said, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('terminate' as const, 'restart' as const, 'delete' as const),
      which,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('add' as const), which, leaf }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(600, 1000, 1001) }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : 'fail');

/** Does the same to both; answers with what each said. */
async function act(step: Action, nth: number, top: ModelSupervisor, real: ReturnType<typeof makeReal>) {
  const supervisorOf = (model: ModelSupervisor): Supervisor => {
    const supervisor = real.supervisors.get(model.path);
    if (!supervisor) throw new Error(`no supervisor ${model.path}`);
    return supervisor;
  };
  const places = placesOf(top);
  const place = 'which' in step ? places[step.which % Math.max(1, places.length)] : undefined;
  switch (step.kind) {
    case 'wait':
      top.world.now += step.ms;
      await real.clock.advance(step.ms);
      return [];
    case 'add': {
      const models = modelsOf(top);
      const model = models[step.which % models.length] ?? top;
      const node = tamed(step.leaf, `added ${nth}`, model.tree.autoShutdown);
      const answer = await supervisorOf(model)
        .startChild(real.specOf(model.path, node))
        .then((child) => (child === 'ignore' ? child : 'up'), codeOf);
      return [model.add(node), answer];
    }
    case 'exit': {
      if (!place) return [];
      const leaves = place.model.members.filter(({ node, state }) => state === 'up' && !node.tree);
      const first = Math.max(0, leaves.indexOf(place.member));
      const victims = [...leaves.slice(first), ...leaves.slice(0, first)].slice(0, step.saids.length);
      const ends = victims.map((member, index) => [member, step.saids[index] ?? 'crash'] as const);
      for (const [{ path }, word] of ends) real.leaves.get(path)?.end(word);
      place.model.exits(ends);
      return [];
    }
    case 'terminate':
      if (!place) return [];
      place.model.terminate(place.member);
      await supervisorOf(place.model).terminateChild(place.member.node.id);
      return [];
    case 'restart': {
      if (!place) return [];
      const answer = supervisorOf(place.model).restartChild(place.member.node.id);
      return [
        place.model.restart(place.member),
        await answer.then((child) => (child === 'ignore' ? child : 'up'), codeOf),
      ];
    }
    case 'delete': {
      if (!place) return [];
      const answer = supervisorOf(place.model).deleteChild(place.member.node.id);
      return [place.model.remove(place.member), await answer.then(() => 'done', codeOf)];
    }
  }
}

/** Every retry takes a turn of the event loop, and every level of the tree may retry as often as it is allowed to. */
async function settle(log: readonly string[]): Promise<void> {
  for (let idle = 0, seen = log.length; idle < 8; idle++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (log.length !== seen) idle = 0;
    seen = log.length;
  }
}

test('a random tree under random crashes and verbs does what the model says, in its order', async () => {
  await fc.assert(
    fc.asyncProperty(treeOf(2), fc.array(action, { maxLength: 12 }), async (tree, steps) => {
      const real = makeReal();
      const top = new ModelSupervisor(newWorld(), 'top', tree, () => undefined);
      const started = await real.start('top', tree).then(
        () => 'up',
        () => 'fail',
      );
      expect(started).toBe(top.start());
      for (const [nth, step] of started === 'up' ? steps.entries() : []) {
        const [expected, answer] = await act(step, nth, top, real);
        expect(answer).toBe(expected);
        await settle(real.world.log);
        expect(real.world.log).toEqual(top.world.log);
        expect(real.world.killed.toSorted()).toEqual(top.world.killed.toSorted());
        if (top.isDead) break;
        expect(real.picture('top')).toEqual(pictureOf(top));
      }
      if (started === 'up' && !top.isDead) {
        top.stop();
        await real.supervisors.get('top')?.stop();
      }
      expect(real.world.log).toEqual(top.world.log);
      if (started === 'up') expect(await real.supervisors.get('top')?.exited).toEqual({ kind: 'shutdown' });
      expect([...real.leaves.values()].filter(({ isAlive }) => isAlive)).toEqual([]);
      expect(real.clock.pending).toBe(0);
    }),
    { numRuns: 1500 },
  );
});
