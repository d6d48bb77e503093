/** A real thread's machine that is told what the model is told, and dies and starts again as a thread does. */
import { SimulatedClock } from 'xstate';
import { type Plan, planState, stageName } from '#machines/index.js';
import type { RetryPolicy } from '#machines/retry.js';
import { inHand, type ThreadRecord } from '#machines/thread-record.js';
import type { Row } from '#src/protocol/thread.js';
import { type Around, after, type Mode, type Seen, type Told } from './model.js';
import { holdsSector, outputOf, recordAt, sector, settings, startMs, thread, turn } from './setup.js';

interface Written {
  readonly record: ThreadRecord;
  readonly row: Row;
}

export interface Beginning {
  readonly plan: Plan;
  readonly state: string;
  readonly policy: RetryPolicy;
  readonly random: number;
}

const working: readonly Mode[] = ['running', 'pausing', 'frozen', 'stopping'];
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
/** What a wait changes is written only where it is news. */
const withoutWait = (record: ThreadRecord) => ({
  ...record,
  nextAtMs: null,
  waitMs: undefined,
  isResting: false,
});
const withoutMode = (record: ThreadRecord) => ({ ...withoutWait(record), isPaused: false, since: '' });
const filesOf = (plan: Plan) => [...new Set(plan.states.flatMap(({ needs }) => needs.files))];

/** What is left of a thread that was killed, and the time. */
interface Left {
  readonly clock: SimulatedClock;
  readonly written: ThreadRecord;
  readonly store: readonly Written[];
  readonly runsBefore: number;
  readonly files: readonly string[];
  readonly sectors: number;
  readonly seen: Seen;
  readonly story: readonly string[];
}

export class World {
  private readonly clock = new SimulatedClock();
  private readonly beginning: Beginning;
  private one: ReturnType<typeof thread>;
  private seen: Seen;
  private files: readonly string[];
  private sectors = 2;
  /** All that was ever written, and how many stages earlier threads had begun. */
  private readonly store: Written[] = [];
  private written: ThreadRecord;
  private runsBefore = 0;
  private readonly story: string[] = [];

  constructor(beginning: Beginning, left?: Left) {
    this.beginning = beginning;
    this.files = filesOf(beginning.plan);
    this.written = left?.written ?? recordAt(beginning.state, {}, beginning.plan);
    if (left) {
      this.clock.increment(left.clock.now());
      this.store.push(...left.store);
      this.runsBefore = left.runsBefore;
      this.files = left.files;
      this.sectors = left.sectors;
      this.story.push(...left.story);
    }
    this.one = this.begin();
    this.seen = left ? after(left.seen, { do: 'kill' }, this.around()) : this.look();
    this.story.push(`${left ? 'kill' : beginning.state} -> ${this.one.where()}`);
  }

  /** Tells thread and model the same, and holds them together. @throws with the whole story, when they differ */
  async take(step: Told): Promise<void> {
    const before = this.one.commits.length;
    await this.act(step);
    await turn();
    this.keep(before);
    this.story.push(`${said(step)} -> ${this.one.where()}`);
    this.seen = after(this.seen, step, this.around());
    this.checkSeen();
    this.checkTruths();
  }

  /** As after kill -9 and a new start, from what was written; the thread before may go on beside it. */
  reborn(): World {
    const { written, one } = this;
    const runsBefore = this.runsBefore + one.runs.length;
    const { clock, store, files, sectors, seen, story } = this;
    const read = JSON.parse(JSON.stringify(written)) as ThreadRecord;
    const next = new World(this.beginning, {
      clock,
      written: read,
      store,
      runsBefore,
      files,
      sectors,
      seen,
      story,
    });
    next.checkSeen();
    next.checkTruths();
    next.check(
      same(withoutMode(written), withoutMode(next.written)),
      'the restart changed more than the mode',
    );
    next.check(
      !written.isPaused || same(written, next.written),
      'the restart changed a record that was paused',
    );
    return next;
  }

  mode(): Mode {
    return this.seen.mode;
  }

  end(): void {
    this.one.actor.stop();
  }

  /** The sector is done with, whatever became of it: an operator and the manager see to that. */
  async release(): Promise<void> {
    for (let steps = 0; steps < 12; steps++) {
      const { mode, state } = this.seen;
      const isOver = state === 'Finished' || state === 'Aborted';
      if (state === 'Empty') break;
      if (mode === 'stopped' || mode === 'stopping') return this.reborn().release();
      if (mode === 'paused' && isOver) await this.take({ do: 'resume', state: null, force: false });
      else if (mode === 'paused') await this.take({ do: 'resume', state: 'Aborted', force: false });
      else if (mode === 'running' && isOver) await this.take({ do: 'end', edge: 0 });
      else await this.take({ do: 'pause', how: 'now' });
    }
    const { state, sector: held, outputs } = this.written;
    this.check(
      state === 'Empty' && held === null && same(outputs, {}),
      `the sector is still there, in ${state}`,
    );
  }

  private begin() {
    const { plan, policy, random } = this.beginning;
    const retry = Object.fromEntries(plan.states.map((state) => [stageName(state), policy]));
    const one = thread({
      plan,
      record: this.written,
      settings: { retry },
      clock: this.clock,
      hasFile: (name) => this.files.includes(name),
      hasLines: true,
      random,
    });
    this.one = one;
    this.keep(0);
    // A wait that is over ends with the next turn of the clock.
    this.clock.increment(0);
    return one;
  }

  private async act(step: Told): Promise<void> {
    const { one } = this;
    // Nobody hears it.
    if (this.seen.mode === 'stopped' && ['pause', 'resume', 'lose', 'stop'].includes(step.do)) return;
    const run = one.live().at(-1);
    const line = this.seen.mode === 'asking' || this.seen.mode === 'waiting' ? one.places.at(-1) : undefined;
    switch (step.do) {
      case 'pause':
        return one.pause(step.how);
      case 'resume':
        return one.resume(step.state, null, step.force);
      case 'end': {
        if (!run) return;
        const { state } = run.record;
        const { plan } = this.beginning;
        const edges = plan.edges.filter(({ from }) => from === state);
        const edge = edges[step.edge % Math.max(edges.length, 1)];
        const made = planState(plan, edge?.to ?? '')?.needs.outputs ?? [];
        const next = state === 'Empty' ? this.newSector() : { ...sector, id: inHand(run.record) ?? '' };
        const outputs = Object.fromEntries(
          made.map((key) => [key, outputOf(key, String(one.runs.length), next.id)]),
        );
        const found = state === 'Empty' && holdsSector(plan) ? { sector: next } : {};
        return run.resolve({ event: edge?.event ?? 'Released', outputs, ...found });
      }
      case 'end wrongly':
        return run?.resolve({ event: 'Nonsense', outputs: { nonsense: 1 } });
      case 'find nothing':
        return run?.resolve({ event: 'Idle' });
      case 'fail':
        if (line) return line.fail({ level: step.level, message: 'no line' });
        return run?.reject({ level: step.level, message: 'it broke' });
      case 'grant':
        return line?.answer({ granted: true, isProbe: step.isProbe });
      case 'refuse':
        // Who waits is told only when it is granted.
        return this.seen.mode === 'asking' ? line?.answer({ granted: false }) : undefined;
      case 'wait':
        this.clock.increment(step.ms);
        return;
      case 'lose':
        return one.lose(step.sector, 'given up');
      case 'lose files':
        this.files = filesOf(this.beginning.plan).filter((file) => !step.files.includes(file));
        return;
      case 'stop':
        return one.stop();
    }
  }

  private newSector() {
    this.sectors += 1;
    return { ...sector, number: this.sectors, id: `s-t010000-${this.sectors}` };
  }

  /** What this thread wrote since it had written `before` rows. */
  private keep(before: number): void {
    for (const { record, row } of this.one.commits.slice(before)) {
      if (row === null) throw this.broken('a record was written without a row');
      this.checkWritten(record, row);
      this.store.push({ record, row });
      this.written = record;
    }
  }

  private around(): Around {
    const { plan, policy, random } = this.beginning;
    const nextSector = `s-t010000-${this.sectors}`;
    return { ...settings, plan, policy, random, nowMs: this.nowMs(), files: this.files, nextSector };
  }

  private nowMs(): number {
    return startMs + this.clock.now();
  }

  private look(): Seen {
    const record = this.one.record();
    const { isProbe, isResumed } = this.one.actor.getSnapshot().context;
    // The statechart's names are the modes.
    const mode = (this.one.where().split('.').at(-1) ?? '') as Mode;
    return {
      state: record.state,
      mode,
      sector: inHand(record),
      outputs: Object.keys(record.outputs).toSorted(),
      intent: record.intent?.how ?? null,
      isPaused: record.isPaused,
      error: record.lastError?.level ?? null,
      tries: record.tries,
      untilMs: record.nextAtMs,
      keptUntilMs: this.written.nextAtMs,
      isProbe: isProbe && working.includes(mode),
      isResumed,
      runs: this.runsBefore + this.one.runs.length,
      rows: this.store.length,
    };
  }

  /** Record and row say the same, and follow on what was written before. */
  private checkWritten(record: ThreadRecord, row: Row): void {
    const before = this.store.at(-1)?.record ?? this.written;
    this.check(
      row.from === before.state,
      `a row begins in ${row.from}, the one before ended in ${before.state}`,
    );
    this.check(row.to === record.state, `a row ends in ${row.to}, its record is in ${record.state}`);
    const isOther = row.sector !== inHand(before);
    this.check(!isOther || inHand(before) === null, `a row of ${row.sector} follows on ${inHand(before)}`);
    // Nothing lingers: what is not paused becomes paused by a command or an error of now.
    const isAsked =
      before.intent !== null || row.command?.startsWith('pause') === true || row.kind === 'error';
    this.check(before.isPaused || !record.isPaused || isAsked, 'it is paused, and nobody asked');
    const isResume = row.command?.startsWith('resume') === true;
    this.check(before.intent === null || record.intent !== null || isResume, 'a pause is forgotten');
    this.check(!isResume || (record.intent === null && !record.isPaused), 'a resume leaves a pause behind');
  }

  /** The thread is what the model says. */
  private checkSeen(): void {
    const found = this.look();
    // The keys are those of what is seen.
    for (const key of Object.keys(found) as (keyof Seen)[]) {
      const [is, must] = [JSON.stringify(found[key]), JSON.stringify(this.seen[key])];
      this.check(is === must, `${key} is ${is}, and must be ${must}`);
    }
  }

  /** The truths that need no model. */
  private checkTruths(): void {
    const { one, written } = this;
    const snapshot = one.actor.getSnapshot();
    if (snapshot.status === 'error') throw this.broken(`the machine broke: ${String(snapshot.error)}`);
    const record = one.record();
    const { mode } = this.look();
    const runs = one.live().length;
    this.check(same(withoutWait(record), withoutWait(written)), 'what is shown is not what is written');
    this.check(runs === (working.includes(mode) ? 1 : 0), `${runs} stages run`);
    if (mode !== 'stopped')
      this.check(record.isPaused === (mode === 'paused' || mode === 'frozen'), 'paused is not what it is');
    this.check(mode !== 'pausing' || record.intent !== null, 'it is pausing, and nobody asked');
    this.check(!record.isPaused || record.nextAtMs === null, 'it is paused and says it goes on by itself');
    this.check(record.tries <= this.beginning.policy.tries, `${record.tries} tries`);
    // What goes wrong before there is a sector may be given up too.
    if (record.state !== 'Aborted')
      this.check((inHand(record) === null) === (record.state === 'Empty'), 'sector and state do not agree');
    for (const run of one.runs) {
      const last = one.commits[run.commitsBefore - 1]?.record ?? run.record;
      this.check(
        same(withoutWait(run.record), withoutWait(last)),
        'a stage began before its record was written',
      );
      this.check(!run.record.isPaused && run.record.intent === null, 'a stage began in a pause');
    }
  }

  private check(holds: boolean, what: string): void {
    if (!holds) throw this.broken(what);
  }

  private broken(what: string): Error {
    return new Error(`${what}\n  ${this.story.join('\n  ')}`);
  }
}

/** As `resume state=PC1Done force=true`. */
function said(step: Told): string {
  const facts = Object.entries(step).filter(([key]) => key !== 'do');
  return [step.do, ...facts.map(([key, value]) => `${key}=${value}`)].join(' ');
}
