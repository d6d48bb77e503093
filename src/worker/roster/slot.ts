/** One sealing thread across all its incarnations: its view, and the calls to it. */
import type { Exit } from '../../actors/index.js';
import { messageOf, SealvisorError } from '../../protocol/errors.js';
import type { SectorId } from '../../protocol/sector.js';
import type { CommandOutcome, Progress, ThreadView } from '../../protocol/thread.js';
import type { ThreadChild } from '../../threads/index.js';
import { type Remote, threadOver } from '../border/calls.js';
import type { ThreadSide } from '../border/contract.js';
import type { SettingsOfThread, ThreadNews } from '../border/setup.js';
import { mayPass } from '../roots/location-check.js';
import { Arrivals } from './arrivals.js';
import { type HeldUp, heldUp } from './held-up.js';
import { crashReason, Incarnation } from './incarnation.js';
import type { Launcher } from './launch.js';
import { type ShownView, shownView } from './shown-view.js';
import * as states from './slot-state.js';
import { blankView, standInView } from './stand-in.js';
import type { SlotNews, SupervisedSlot } from './words.js';

export type { SlotNews, SupervisedSlot, ThreadSlot } from './words.js';

const silentMs = 1000;
const noteMs = 5000;

export interface SlotOptions {
  readonly configured: Parameters<typeof blankView>[0];
  readonly launcher: Launcher;
  readonly news: SlotNews;
  /** Runs before each launch. @throws when the thread cannot be started */
  readonly prepare: () => Promise<void>;
}

/** Why there is no thread, or why the previous incarnation ended. */
interface LastEnd {
  readonly reason: string;
  /** Whether its start was refused because its disk is missing, unusable or hung. */
  readonly isDiskMissing: boolean;
}

export class Slot implements SupervisedSlot {
  readonly index: number;
  readonly location: string;
  readonly name: string;
  readonly #news: SlotNews;
  readonly #prepare: () => Promise<void>;
  readonly #launch: () => Promise<ThreadChild>;
  readonly #shown: ShownView;
  readonly #held: HeldUp;
  readonly #arrivals = new Arrivals();
  #state: states.SlotState<Incarnation> = states.atFirst;
  /** Launches so far: the number of the current incarnation. */
  #count = 0;
  #lastEnd: LastEnd = { reason: 'it did not start', isDiskMissing: false };
  /** Since when the disk had not been answering, at the last check of the disks. */
  #seenDisk: string | undefined;

  constructor({ configured, launcher, news, prepare }: SlotOptions) {
    this.index = configured.index;
    this.location = configured.location;
    this.name = `thread #${configured.index}`;
    this.#news = news;
    this.#prepare = prepare;
    this.#shown = shownView(blankView(configured), news.overlay, news.onView);
    this.#held = heldUp(this.name, () => this.#thread(), news.disk);
    this.#launch = launcher({
      name: this.name,
      isHeldUp: this.#held.is,
      onNews: (event, incarnation) => {
        if (incarnation === this.#count) this.#hear(event);
      },
    });
  }

  view(): ThreadView {
    return this.#shown.view();
  }

  until(...args: Parameters<ShownView['until']>): Promise<ThreadView> {
    return this.#shown.until(...args);
  }

  failure(): string | undefined {
    return states.failureOf(this.#state);
  }

  lastExit(): string {
    return this.#lastEnd.reason;
  }

  isDiskMissing(): boolean {
    return this.#lastEnd.isDiskMissing;
  }

  isSilent(): boolean {
    return (this.#thread()?.stats().heartbeatAgeMs ?? 0) > silentMs;
  }

  within(deadlineMs: number): Remote<ThreadSide> {
    return threadOver((verb, args) => this.#call(verb, args, deadlineMs));
  }

  async obey(...[command, options, deadlineMs]: Parameters<SupervisedSlot['obey']>): Promise<CommandOutcome> {
    if (this.#state.kind === 'leaving')
      throw new SealvisorError('shutting_down', `${this.name} is leaving: it ends when its stage is done`);
    const startedMs = performance.now();
    if (states.isAwaited(this.#state)) await this.#arrivals.next(deadlineMs);
    const leftMs = Math.max(1, deadlineMs - (performance.now() - startedMs));
    const outcome = await this.within(leftMs).obey(command, options);
    // The view event may still be in transit: the next reader must not see an older view than this answer.
    if (outcome.view.revision > this.#shown.last().revision) this.#shown.show(outcome.view);
    return { ...outcome, view: this.#news.overlay(outcome.view) };
  }

  configure(settings: SettingsOfThread): void {
    // A thread that is not up gets them at its start.
    this.within(noteMs).configure(settings).catch(ignored);
  }

  reportAgain(): void {
    // A thread that is not up reports at its start.
    this.within(noteMs).reportAgain().catch(ignored);
  }

  reportAsked(id: SectorId): void {
    this.within(noteMs).reportAsked(id).catch(ignored);
  }

  refresh(): void {
    this.#shown.refresh();
  }

  progress(progress: Progress): void {
    this.#shown.show({ ...this.#shown.last(), progress });
  }

  disksSeen(): void {
    this.#held.look();
    const since = this.#news.disk()?.since;
    if (since !== this.#seenDisk) this.#shown.refresh();
    this.#seenDisk = since;
  }

  async start(): ReturnType<SupervisedSlot['start']> {
    this.#state = states.starting(this.#state);
    try {
      const incarnation = await this.#startNext();
      return incarnation.supervised();
    } catch (error) {
      const isDiskMissing = error instanceof SealvisorError && mayPass(error);
      this.#lastEnd = { reason: messageOf(error), isDiskMissing };
      throw error;
    }
  }

  park(reason: string): void {
    const before = this.#state;
    this.#state = states.parked(before, reason);
    if (this.#state === before) return;
    this.#standIn('failed', reason);
    this.#arrivals.settle();
    this.#news.onFailed(reason);
  }

  unpark(): void {
    this.#state = states.unparked(this.#state);
  }

  async drain(stageMs: number): Promise<void> {
    this.#state = states.leaving(this.#state);
    this.#arrivals.settle();
    const isEnded = await states.threadOf(this.#state)?.drain(stageMs);
    if (isEnded === false) this.#news.onEvent({ event: 'thread.leftBehind', name: this.name });
  }

  async #startNext(): Promise<Incarnation> {
    await this.#prepare();
    const restartedAfter = this.#count > 0 ? this.#lastEnd.reason : undefined;
    // Counted only now: a failed check is not an incarnation, and the thread counts its own launches.
    this.#count += 1;
    const incarnation = new Incarnation(await this.#launch());
    this.#state = states.launched(this.#state, incarnation);
    await this.#showFirst(incarnation);
    this.#news.onStarted(this.#count);
    this.#arrivals.settle();
    if (restartedAfter !== undefined) incarnation.noteRestart(restartedAfter);
    void incarnation.exited.then((exit) => this.#ended(incarnation, exit));
    return incarnation;
  }

  async #showFirst(incarnation: Incarnation): Promise<void> {
    try {
      const view = await incarnation.firstView();
      // The answer and the events come through different ports: an event may already have shown a newer view.
      if (this.#shown.last().incarnation !== this.#count) this.#shown.show(view);
    } catch (error) {
      // It is up but does not answer: it must not keep sealing unseen, nor keep its location locked for the next one.
      this.#state = states.ended(this.#state, incarnation, true);
      await incarnation.kill();
      throw error;
    }
  }

  #ended(incarnation: Incarnation, exit: Exit): void {
    this.#state = states.ended(this.#state, incarnation, exit.kind === 'crash');
    this.#news.onGone(this.#shown.last());
    if (exit.kind !== 'crash') return;
    const reason = crashReason(exit.error, this.name);
    this.#lastEnd = { reason, isDiskMissing: false };
    this.#news.onExited(reason);
    this.#standIn('restarting', reason);
    this.#news.onRestarting();
  }

  #thread(): ThreadChild | undefined {
    return states.threadOf(this.#state)?.thread;
  }

  #hear(event: ThreadNews): void {
    if (event.type === 'view') this.#shown.show(event.view);
    else if (event.type === 'row') this.#news.onRow(event.row);
    else if (event.type === 'event') this.#news.onEvent(event.event);
    else if (event.type === 'progress') this.progress(event.progress);
  }

  #standIn(mode: 'restarting' | 'failed', message: string): void {
    this.#shown.show(standInView(this.#shown.last(), { mode, message, incarnation: this.#count }));
  }

  async #call(verb: string, args: readonly unknown[], deadlineMs: number): Promise<unknown> {
    const failure = this.failure();
    if (failure !== undefined)
      throw new SealvisorError(
        'thread_failed',
        `${this.name} is failed (${failure}): fix the cause, then \`venus-worker worker restart --index ${this.index}\``,
      );
    const thread = this.#thread();
    if (!thread)
      throw new SealvisorError(
        'thread_gone',
        `${this.name} is being started again: try once more in a moment`,
      );
    return this.#held.before(thread.call(verb, args, deadlineMs));
  }
}

const ignored = () => undefined;
