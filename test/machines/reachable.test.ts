import { describe, expect, test } from 'vitest';
import type { ActorScope, AnyStateNode, AnyTransitionDefinition, EventObject } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { isResumable, plans, sealingThread } from '#machines/index.js';
import type { ThreadRecord } from '#machines/thread-record.js';
import { holdsSector, recordAt, sector, settings, startMs } from '../tools/machines/setup.js';

/** States with a heavy stage. */
const heavyOf: Readonly<Record<string, readonly string[]>> = {
  sealer: [
    ...['DealsAcquired', 'PieceAdded', 'TicketAssigned', 'PC1Done', 'SyntheticPoRepNeeded'],
    ...['PCLanded', 'SeedAssigned', 'C1Done'],
  ],
  niporep: ['DealsAcquired', 'PieceAdded', 'TicketAssigned', 'PC1Done', 'PC2Done', 'SeedAssigned', 'C1Done'],
  snapup: ['Allocated', 'PieceAdded', 'TreeDBuilt', 'SnapEncoded', 'SnapProved'],
  rebuild: [
    ...[
      'Allocated',
      'PieceAdded',
      'TreeDBuilt',
      'PC1Done',
      'SyntheticPoRepNeeded',
      'PC2Done',
      'SealedChecked',
    ],
    ...['SnapPieceAdded', 'SnapTreeDBuilt', 'SnapEncoded', 'SnapDone'],
  ],
  unseal: ['Allocated', 'Unsealed'],
  wdpost: ['Allocated'],
};

/** The shortest way to Finished, as the events its stages earn. */
const wayOf: Readonly<Record<string, string>> = {
  sealer:
    'Allocate AcquireDeals AddPiece BuildTreeD AssignTicket PC1 PC2 SubmitPC CheckPC Persist SubmitPersistance AssignSeed C1 C2 SubmitProof Finish',
  niporep:
    'Allocate AcquireDeals AddPiece BuildTreeD AssignTicket PC1 PC2 Persist SubmitPersistance AssignSeed C1 C2 SubmitProof Finish',
  snapup: 'AllocatedSnapUpSector AddPiece BuildTreeD SnapEncode SnapProve Persist Finish',
  rebuild:
    'AllocatedRebuildSector AddPiece BuildTreeD PC1 PC2 CheckSealed SkipSnap Persist SubmitPersistance',
  unseal: 'AllocatedUnsealSector UnsealDone UploadPieceDone',
  wdpost: 'Allocated Generate Finish',
};

describe.each(Object.values(plans))('plan $name', (plan) => {
  const machine = sealingThread(plan);
  type Snapshot = ReturnType<typeof machine.getInitialSnapshot>;
  type Scope = ActorScope<Snapshot, EventObject>;
  /** What a thread may hear; a late one comes when every wait is over. */
  type Heard = EventObject & { readonly isLate?: boolean };

  const states = plan.states.map(({ name }) => name);
  const resumable = plan.states.filter(isResumable).map(({ name }) => name);
  const heavy = heavyOf[plan.name] ?? [];
  const behindHeavy = plan.edges.filter(({ from }) => heavy.includes(from)).map(({ to }) => to);

  /** In which states of the plan a thread can be in a mode; in the others it never is. */
  const modes: Readonly<Record<string, readonly string[]>> = {
    asking: ['Empty', ...heavy],
    waiting: ['Empty', ...heavy],
    'active.running': states,
    'active.pausing': heavy,
    'active.frozen': heavy,
    'active.stopping': heavy,
    idle: states,
    retrying: states,
    resting: ['Empty'],
    paused: states,
  };

  /** On the way into these, one thing never is: each with its reason. */
  const neverOnEntering: Readonly<Record<string, readonly string[]>> = {
    // Only a heavy stage is let go on while its pause waits.
    isHalfPaused: states.filter((state) => !heavy.includes(state)),
    // Only a heavy stage is let go on while the thread stops, and these do not come behind one.
    isStopping: states.filter((state) => ![...heavy, ...behindHeavy, 'Aborted'].includes(state)),
    // The thread rests between two sectors.
    mustRest: states.filter((state) => state !== 'Empty'),
  };

  let nowMs = startMs;
  const taken = new Set<AnyTransitionDefinition>();

  function input(record: ThreadRecord) {
    return {
      record,
      settings: () => settings,
      now: () => nowMs,
      steady: () => nowMs - startMs,
      random: () => 0.5,
      possible: () => resumable,
    };
  }

  /** A scope in which each transition that is taken is marked. */
  function marked(scope: Scope): Scope {
    const _sendInspectionEvent = (event: { readonly _transitions?: readonly AnyTransitionDefinition[] }) => {
      for (const each of event._transitions ?? []) taken.add(each);
    };
    return { ...scope, system: Object.assign(Object.create(scope.system), { _sendInspectionEvent }) };
  }

  /** The machine, and what else happens to a thread: time, and a death that leaves the record. */
  const thread = {
    getInitialSnapshot: (scope: Scope) =>
      machine.getInitialSnapshot(marked(scope), input(recordAt('Empty', {}, plan))),
    transition: (snapshot: Snapshot, event: Heard, scope: Scope) => {
      nowMs = event.isLate ? startMs + 24 * 3600 * 1000 : startMs;
      // The types know the outside's events only; actors and timers send others.
      if (event.type !== 'kill') return machine.transition(snapshot, event as never, marked(scope));
      const { record } = snapshot.context;
      const isIdle = whereIs(snapshot).endsWith('.idle');
      return machine.getInitialSnapshot(
        marked(scope),
        input(isIdle ? { ...record, nextAtMs: null } : record),
      );
    },
  };

  const commands = [
    ...['after-stage', 'freeze', 'now'].map((how) => ({ type: 'THREAD.PAUSE', how, by: 'a', reason: null })),
    ...[null, ...resumable].map((state) => ({
      type: 'THREAD.RESUME',
      state,
      force: false,
      by: 'b',
      reason: null,
    })),
    { type: 'SECTOR.LOST', sector: sector.id, reason: 'given up' },
    { type: 'THREAD.STOP' },
  ];

  /** What the actors and timers of a snapshot may say. */
  function saidIn(snapshot: Snapshot): readonly Heard[] {
    const { state } = snapshot.context.record;
    const edges = plan.edges.filter(({ from }) => from === state).map(({ event }) => event);
    const got = holdsSector(plan) ? { sector } : { outputs: { job: { Id: sector.id } } };
    const found = state === 'Empty' ? got : {};
    const granted = [false, true].map((isProbe) => ({ granted: true, isProbe }));
    const outputs: Readonly<Record<string, readonly unknown[]>> = {
      stage: [...edges, 'Released', 'Idle', 'Nonsense'].map((event) => ({ event, ...found })),
      askPlace: [...granted, { granted: false }],
      awaitPlace: granted,
    };
    const levels = ['temporary', 'permanent', 'critical', 'abort'];
    return snapshot._nodes.flatMap((node) => [
      ...node.invoke.flatMap(({ id, src }) => [
        ...(outputs[String(src)] ?? []).map((output) => ({ type: `xstate.done.actor.${id}`, output })),
        ...levels.map((level) => ({ type: `xstate.error.actor.${id}`, error: { level, message: level } })),
      ]),
      ...node.after.flatMap(({ eventType: type }) => [{ type }, { type, isLate: true }]),
    ]);
  }

  /** As `PC1Done.active.running`. */
  function whereIs({ value }: Snapshot): string {
    const path = (inner: unknown): string =>
      typeof inner === 'string'
        ? inner
        : Object.entries(inner as object)
            .map(([key, next]) => `${key}.${path(next)}`)
            .join();
    return path(value);
  }

  /** What makes two snapshots differ in what can follow; no counters, no times. */
  function essence(snapshot: Snapshot): string {
    const { record, isStopping, isProbe } = snapshot.context;
    const { isPaused, isResting, intent, tries, nextAtMs } = record;
    const facts = [isStopping, isProbe, isPaused, isResting, intent !== null, tries > 0, nextAtMs !== null];
    return JSON.stringify([snapshot.value, ...facts]);
  }

  function pathsWith(events: (snapshot: Snapshot) => readonly Heard[]) {
    // The graph's types hold for a machine as it is; this one is given time and death besides.
    const options = { events, serializeState: essence } as never;
    const paths = getShortestPaths<typeof machine>(thread as never, options);
    return new Map(paths.map((path) => [whereIs(path.state), path] as const));
  }

  const paths = pathsWith((snapshot) => [
    // A machine that has ended hears nothing; its thread can be started again.
    ...(snapshot.status === 'active' ? [...saidIn(snapshot), ...commands] : []),
    { type: 'kill' },
  ]);
  const stateOf = (where: string) => where.slice(0, where.indexOf('.'));

  describe('from Empty, in', () => {
    test.each(Object.entries(modes))('%s, just these states are reached: %j', (mode, possible) => {
      const reached = [...paths.keys()].filter((where) => where.endsWith(`.${mode}`)).map(stateOf);
      expect(new Set(reached)).toEqual(new Set(possible));
      expect(new Set(possible).size).toBe(possible.length);
    });

    test('no other mode is the thread ever found', () => {
      const found = [...paths.keys()].filter((where) => where !== 'stopped');
      expect(new Set(found.map((where) => where.slice(where.indexOf('.') + 1)))).toEqual(
        new Set(Object.keys(modes)),
      );
    });
  });

  function transitionsOf(node: AnyStateNode): readonly AnyTransitionDefinition[] {
    const own = [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
    return [...own, ...Object.values(node.states).flatMap(transitionsOf)];
  }

  /** As `PC1Done.entering: isPaused -> PC1Done.paused`. */
  function nameOf({ source, eventType, guard, target }: AnyTransitionDefinition): string {
    const said = [eventType, typeof guard === 'string' ? guard : guard && JSON.stringify(guard)];
    const to = target?.map(({ path }) => path.join('.')).join();
    return `${source.path.join('.')}: ${said.filter(Boolean).join(' ')} -> ${to}`;
  }

  test('every transition is taken on the way, but those out of and into what never is', () => {
    const all = transitionsOf(machine.root);
    const isNever = ({ source, guard }: AnyTransitionDefinition) => {
      const [state = '', ...rest] = source.path;
      const mode = rest.join('.');
      if (mode === 'entering') return neverOnEntering[String(guard)]?.includes(state) === true;
      return modes[mode]?.includes(state) === false;
    };
    const untaken = all.filter((each) => !taken.has(each));
    expect(untaken.map(nameOf)).toEqual(all.filter(isNever).map(nameOf));
    // A wait has one way out: its timer may be of any length.
    expect(taken.size).toBeGreaterThan(140);
  });

  test('the shortest way to Finished, when nobody commands, is the main line: one stage a step, and its places', () => {
    const way = pathsWith(saidIn).get('Finished.active.running');
    const earned = way?.steps.flatMap(({ event }) => ('output' in event ? [event.output] : [])) ?? [];
    const events = earned.flatMap((output) => (output as { readonly event?: string }).event ?? []);
    expect(events).toEqual(wayOf[plan.name]?.split(' '));
    // Each is asked for a place once: a new job, and each heavy stage on the way.
    const places = earned.filter((output) => (output as { readonly granted?: boolean }).granted === true);
    expect(places).toHaveLength(events.length - lightOnTheWay(events));
  });

  /** Stages on the way that nobody is queued for. */
  function lightOnTheWay(events: readonly string[]): number {
    const from = events.map(
      (event) =>
        plan.edges.find((edge) => edge.event === event && !edge.to.startsWith('Snap'))?.from ??
        plan.edges.find((edge) => edge.event === event)?.from ??
        '',
    );
    return from.filter((state) => state !== 'Empty' && !heavy.includes(state)).length;
  }

  test('the machine ends in one way: stopped', () => {
    const ends = [...paths].filter(([, path]) => path.state.status !== 'active');
    expect(ends.map(([where, path]) => [where, path.state.status])).toEqual([['stopped', 'done']]);
  });
});
