/** A thread's commands: checked, carried out once, answered with the outcome. */
import { maySendTo, type PauseCommand, type ResumeCommand } from '../../../machines/command-changes.js';
import { isResumable, type Plan, planState, stagesBetween } from '../../../machines/index.js';
import type { ThreadRecord } from '../../../machines/thread-record.js';
import { meantText } from '../../config/nearest.js';
import { SealvisorError } from '../../protocol/errors.js';
import { featureOf } from '../../protocol/sector.js';
import type { CommandOutcome, DryRun, ThreadMode, ThreadView } from '../../protocol/thread.js';
import type { DoneCommand } from '../../store/command-log.js';
import type { CommandOptions } from '../border/contract.js';
import { pauseText, resumeText } from './command-text.js';

export interface CommandDesk {
  readonly plan: Plan;
  readonly index: number;
  view(): ThreadView;
  /** The current mode, without the cost of a view, and whether a stage is current. */
  mode(): { readonly mode: ThreadMode; readonly hasStage: boolean };
  /** Sequence number of the latest row. */
  revision(): number;
  record(): ThreadRecord;
  possible(): readonly string[];
  /** What is missing for a state that is not possible. */
  missing(state: string): string;
  /** Sends the command to the machine. `keep` returns what is stored with the change. @throws the error of a failed write */
  send(command: PauseCommand | ResumeCommand, keep: (next: ThreadRecord) => DoneCommand | undefined): void;
  done(id: string): Omit<DoneCommand, 'id'> | undefined;
  keep(command: DoneCommand): void;
}

/** The commands of one thread under one plan. */
export class ThreadCommands {
  readonly #desk: CommandDesk;

  constructor(desk: CommandDesk) {
    this.#desk = desk;
  }

  /** @throws unknown_state, state_not_possible, revision_conflict, and the error of a failed write */
  obey(
    command: PauseCommand | ResumeCommand,
    { id: given, ifRevision }: CommandOptions = {},
  ): CommandOutcome {
    const desk = this.#desk;
    // The same id for another type of command is not a repeat.
    const id = given === undefined ? undefined : `${command.type} ${given}`;
    const before = id === undefined ? undefined : desk.done(id);
    if (before) return { ...before, view: desk.view(), isRepeat: true };
    this.#checkRevision(ifRevision);
    const revision = desk.revision();
    desk.send(this.#checked(command), (next) =>
      id === undefined ? undefined : { id, changed: true, message: this.#textOf(command, next, true) },
    );
    const changed = desk.revision() !== revision;
    const message = this.#textOf(command, desk.record(), changed);
    if (id !== undefined && !changed) desk.keep({ id, changed, message });
    return { changed, message, view: desk.view() };
  }

  /** @throws unknown_state, state_not_possible */
  preview(state: string | null, isForced: boolean): DryRun {
    const { plan, index } = this.#desk;
    const present = this.#desk.record();
    const possible = this.#desk.possible();
    const to = state ?? present.state;
    if (!present.isPaused) {
      if (state !== null) this.#checkState(state, isForced, possible);
      return { allowed: false, why: `thread #${index} is not paused`, possible };
    }
    if (state !== null && !planState(plan, state)) this.#checkState(state, isForced, possible);
    if (state !== null && !possible.includes(state) && !isForced)
      return { allowed: false, why: this.#whyNot(state, possible), possible };
    if (state !== null) this.#checkState(state, isForced, possible);
    return {
      allowed: true,
      to,
      redo: stagesBetween(plan, to, present.state, featureOf(present.sector)),
      skip: stagesBetween(plan, present.state, to, featureOf(present.sector)),
    };
  }

  #textOf(command: PauseCommand | ResumeCommand, record: ThreadRecord, changed: boolean): string {
    const { plan, index } = this.#desk;
    const { stage = '-', processor } = planState(plan, record.state) ?? {};
    const { mode, hasStage } = this.#desk.mode();
    const isHeavy = hasStage && processor !== undefined;
    const facts = { index, record, stage, mode, hasStage: isHeavy, changed };
    return command.type === 'THREAD.PAUSE' ? pauseText(facts) : resumeText(facts);
  }

  /** @throws unknown_state, state_not_possible; both carry the possible states */
  #checkState(name: string, isForced: boolean, possible: readonly string[]): void {
    const { plan, index } = this.#desk;
    if (!planState(plan, name)) throw unknownState(plan, name, possible);
    const record = this.#desk.record();
    if (!record.isPaused || maySendTo(plan, record, { state: name, force: isForced }, possible)) return;
    const can = possible.length > 0 ? `; possible now: ${possible.join(', ')}` : '';
    const text = `cannot resume thread #${index} to ${name}: ${this.#whyNot(name, possible)}${can}`;
    throw new SealvisorError('state_not_possible', text, { data: { possible } });
  }

  #whyNot(name: string, possible: readonly string[]): string {
    return possible.length > 0 ? this.#desk.missing(name) : 'it holds no sector';
  }

  /** Adds the possible states, so that the machine need not look for them again. @throws unknown_state, state_not_possible */
  #checked(command: PauseCommand | ResumeCommand): PauseCommand | ResumeCommand {
    if (command.type === 'THREAD.PAUSE' || command.state === null) return command;
    const possible = this.#desk.possible();
    this.#checkState(command.state, command.force, possible);
    return { ...command, possible };
  }

  #checkRevision(ifRevision: number | undefined): void {
    const revision = this.#desk.revision();
    if (ifRevision === undefined || ifRevision === revision) return;
    const { mode, state, intent } = this.#desk.view();
    const who = intent ? ` by ${intent.by}` : '';
    throw new SealvisorError(
      'revision_conflict',
      `thread #${this.#desk.index} is at revision ${revision}, not ${ifRevision}: it is ${mode}${who} at ${state}; look again, then decide`,
      { data: { revision } },
    );
  }
}

function unknownState(plan: Plan, name: string, possible: readonly string[]): SealvisorError {
  const known = plan.states.map((each) => each.name);
  // States that no resume can reach are not suggested.
  const resumable = plan.states.filter(isResumable).map((each) => each.name);
  const text = `unknown state ${name}: ${meantText(name, resumable)}plan ${plan.name} knows ${known.join(', ')}`;
  return new SealvisorError('unknown_state', text, { data: { possible } });
}
