/** The worker's current threads, under their supervisors; they are added and removed while the worker runs. */
import type { ThreadConfig } from '../../config/worker-config.js';
import type { SettingsOfThread } from '../border/setup.js';
import type { SupervisedSlot } from './slot.js';
import { ThreadTree } from './tree.js';

/** The stage may take up to a year to end. */
const longestMs = 365 * 24 * 3600 * 1000;

export class ThreadRoster {
  readonly tree = new ThreadTree(() => this.#slots);
  /** By index, ascending. */
  #slots: readonly SupervisedSlot[] = [];
  readonly #leaving = new Set<SupervisedSlot>();

  /** Adds a thread that starts with the tree. */
  admit(slot: SupervisedSlot): void {
    this.#slots = [...this.#slots, slot].toSorted((a, b) => a.index - b.index);
  }

  /** Starts one more thread under the running tree. */
  async add(slot: SupervisedSlot): Promise<void> {
    this.admit(slot);
    await this.tree.add(slot);
  }

  /** Stops a thread when its stage is done, and removes it. */
  async remove(index: number): Promise<void> {
    const slot = this.find(index);
    if (!slot) return;
    this.#leaving.add(slot);
    await slot.drain(longestMs);
    await this.tree.remove(slot);
    this.#slots = this.#slots.filter((each) => each !== slot);
    this.#leaving.delete(slot);
  }

  /** Starts a failed thread again; false when it is not in the failed state. */
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

  /** Whether a removed thread is still finishing its last stage there. */
  isLeaving(location: string): boolean {
    return [...this.#leaving].some((slot) => slot.location === location);
  }

  /** The listed threads use these settings from now on. */
  configure(threads: readonly ThreadConfig[], settingsOf: (thread: ThreadConfig) => SettingsOfThread): void {
    for (const thread of threads) this.find(thread.index)?.configure(settingsOf(thread));
  }

  /** Another manager answers or was adopted. */
  managerChanged(): void {
    for (const slot of this.#slots) {
      slot.refresh();
      slot.reportAgain();
    }
  }

  /** Each thread reports its sector again. */
  reportAgain(): void {
    for (const slot of this.#slots) slot.reportAgain();
  }
}
