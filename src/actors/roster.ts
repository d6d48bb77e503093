import type { CheckedChildSpec } from './checked-spec.js';
import { isAlive, newSlot, type Slot } from './slot.js';
import type { Child, ChildCounts, ChildInfo } from './spec.js';

/** The children of one supervisor in start order, found by id, or under simple_one_for_one by the child itself. */
export class Roster {
  #slots = new Map<string | Child, Slot>();
  /** Dynamic children that are gone, for as long as other code still references them. */
  readonly #former = new WeakSet<Child>();

  /** `template` is the one spec of simple_one_for_one. */
  constructor(public template: CheckedChildSpec | undefined) {}

  find(key: string | Child): Slot | undefined {
    return this.#slots.get(key);
  }

  /** Whether this is a former child of a simple_one_for_one supervisor. */
  isFormer(child: Child): boolean {
    return this.#former.has(child);
  }

  add(slot: Slot): void {
    this.#slots.set(slot.key, slot);
  }

  /** Indexes the slot by the child that has just started, or by its id. */
  place(slot: Slot, child: Child): void {
    if (this.template === undefined) {
      this.#slots.set(slot.key, slot);
      return;
    }
    this.remove(slot);
    slot.key = child;
    this.#slots.set(child, slot);
  }

  remove(slot: Slot): void {
    this.#slots.delete(slot.key);
    if (typeof slot.key !== 'string') this.#former.add(slot.key);
  }

  inOrder(): Slot[] {
    return [...this.#slots.values()];
  }

  some(test: (slot: Slot) => boolean): boolean {
    for (const slot of this.#slots.values()) if (test(slot)) return true;
    return false;
  }

  /** Applies new specs in their order; a new child is down, and children that are no longer listed stay, after the others. */
  change(specs: readonly CheckedChildSpec[]): void {
    if (this.template !== undefined) {
      const [template = this.template] = specs;
      this.template = template;
      for (const slot of this.#slots.values()) slot.spec = template;
      return;
    }
    const slots = new Map<string | Child, Slot>();
    for (const spec of specs) {
      const slot = this.#slots.get(spec.id) ?? newSlot(spec);
      slot.spec = spec;
      slots.set(spec.id, slot);
    }
    for (const [key, slot] of this.#slots) if (!slots.has(key)) slots.set(key, slot);
    this.#slots = slots;
  }

  info(): ChildInfo[] {
    return this.inOrder().map((slot) => {
      const { id, type, restart } = slot.spec;
      const present = isAlive(slot) ? slot.child : undefined;
      const child = slot.status === 'restarting' ? slot.status : present;
      return this.template === undefined ? { id, child, type, restart } : { child, type, restart };
    });
  }

  /** OTP's counts: one spec under simple_one_for_one; children that are being restarted count as workers or supervisors too. */
  counts(): ChildCounts {
    let active = 0;
    let supervisors = 0;
    for (const slot of this.#slots.values()) {
      if (isAlive(slot)) active++;
      if (slot.spec.type === 'supervisor') supervisors++;
    }
    const specs = this.template === undefined ? this.#slots.size : 1;
    return { specs, active, supervisors, workers: this.#slots.size - supervisors };
  }
}
