/** The worker's threads of the moment, under their supervisors: added and removed while the worker runs. */
import type { ThreadConfig } from '../../config/worker-config.js';
import type { SettingsOfThread } from '../border/setup.js';
import type { SupervisedSlot } from './slot.js';
import { ThreadTree } from './tree.js';

/** A year for the stage to end in. */
const longestMs = 365 * 24 * 3600 * 1000;

export class ThreadRoster {
  readonly tree = new ThreadTree(() => this.#slots);
  /** By index, ascending. */
  #slots: readonly SupervisedSlot[] = [];
  readonly #leaving = new Set<SupervisedSlot>();

  /** Takes in a thread that starts with the tree. */
  admit(slot: SupervisedSlot): void {
    this.#slots = [...this.#slots, slot].toSorted((a, b) => a.index - b.index);
  }

  /** Starts one more thread under the tree that runs. */
  async add(slot: SupervisedSlot): Promise<void> {
    this.admit(slot);
    await this.tree.add(slot);
  }

  /** Ends a thread when its stage is done, and forgets it. */
  async remove(index: number): Promise<void> {
    const slot = this.find(index);
    if (!slot) return;
    this.#leaving.add(slot);
    await slot.drain(longestMs);
    await this.tree.remove(slot);
    this.#slots = this.#slots.filter((each) => each !== slot);
    this.#leaving.delete(slot);
  }

  /** Starts a failed thread again; false when it is not failed. */
  async restart(index: number): Promise<boolean> {
    const slot = this.find(index);
    return slot !== undefined && this.tree.restart(slot);
  }

  /** By index, ascending. */
  all(): readonly SupervisedSlot[] {
    return this.#slots;
  }

  find(index: number): SupervisedSlot | undefined {
    return this.#slots.find((slot) => slot.index === index);
  }

  at(location: string): SupervisedSlot | undefined {
    return this.#slots.find((slot) => slot.location === location);
  }

  locations(): readonly string[] {
    return this.#slots.map((slot) => slot.location);
  }

  /** Whether a thread that was removed is still at its last stage there. */
  isLeaving(location: string): boolean {
    return [...this.#leaving].some((slot) => slot.location === location);
  }

  /** Those that stay go by these settings from now on. */
  configure(threads: readonly ThreadConfig[], settingsOf: (thread: ThreadConfig) => SettingsOfThread): void {
    for (const thread of threads) this.find(thread.index)?.configure(settingsOf(thread));
  }

  /** Another manager answers, or is adopted. */
  managerChanged(): void {
    for (const slot of this.#slots) {
      slot.refresh();
      slot.reportAgain();
    }
  }

  /** Each reports its sector once more. */
  reportAgain(): void {
    for (const slot of this.#slots) slot.reportAgain();
  }
}
