/**
 * What a tree of supervisors does, told a second time: in plain sequence, without promises, as slowly as it likes.
 * It writes one log of starts and stops in order; a start that was still under way when its supervisor ended is
 * written to `killed` instead of being stopped.
 */
import type { AutoShutdown, RestartType } from '#src/actors/index.js';

export type Outcome = 'up' | 'fail' | 'ignore';
export type Said = 'normal' | 'shutdown' | 'killed' | 'crash';

export interface Flags {
  readonly strategy: 'one_for_one' | 'one_for_all' | 'rest_for_one';
  readonly intensity: number;
  readonly autoShutdown: AutoShutdown;
}

export interface Node {
  readonly id: string;
  readonly restart: RestartType;
  readonly significant: boolean;
  /** What the nth start of a leaf gives; `up` beyond the end. */
  readonly outcomes: readonly Outcome[];
  /** Set for a supervisor. */
  readonly tree?: Tree;
}

export interface Tree extends Flags {
  readonly children: readonly Node[];
}

export const periodMs = 1000;

export interface World {
  now: number;
  readonly log: string[];
  readonly killed: string[];
  readonly starts: Map<string, number>;
}

export function newWorld(): World {
  return { now: 0, log: [], killed: [], starts: new Map() };
}

/** The outcome of the next start of a leaf, which is noted. */
export function nextOutcome({ log, starts }: World, path: string, { outcomes }: Node): Outcome {
  const nth = (starts.get(path) ?? 0) + 1;
  starts.set(path, nth);
  log.push(`start ${path}`);
  return outcomes[nth - 1] ?? 'up';
}

export interface Member {
  readonly node: Node;
  readonly path: string;
  state: 'up' | 'down' | 'restarting';
  /** It ended by itself, whether or not its supervisor has looked at that. */
  hasEnded: boolean;
  /** Its start is not over while the exits of one tick are looked at. */
  isFresh: boolean;
  turn: number;
  supervisor: ModelSupervisor | undefined;
}

interface Task {
  readonly member: Member;
  readonly turn: number;
  readonly said: Said | 'again';
}

export class ModelSupervisor {
  members: Member[] = [];
  isDead = false;
  #restarts: number[] = [];
  #tasks: Task[] = [];

  constructor(
    readonly world: World,
    readonly path: string,
    readonly tree: Tree,
    readonly onEnd: () => void,
  ) {}

  start(): Outcome {
    this.members = this.tree.children.map((node) => this.#member(node));
    for (const member of [...this.members]) {
      const outcome = this.#start(member);
      if (outcome === 'fail') {
        this.#stopAll();
        return 'fail';
      }
      if (outcome === 'ignore') this.#forgetTemporary(member);
    }
    return 'up';
  }

  /** Leaves that end by themselves in one tick. */
  exits(ends: readonly (readonly [Member, Said])[]): void {
    for (const [member, said] of ends) {
      member.hasEnded = true;
      if (this.#isGroup) member.state = mustRestart(member.node.restart, said) ? 'restarting' : 'down';
      this.#tasks.push({ member, turn: member.turn, said });
    }
    for (;;) {
      const task = this.#tasks.shift();
      if (!task || this.isDead) break;
      if (task.said === 'again') for (const member of this.members) member.isFresh = false;
      if (task.turn === task.member.turn) this.#take(task);
    }
    for (const member of this.members) member.isFresh = false;
  }

  stop(): void {
    this.isDead = true;
    this.#stopAll();
  }

  terminate(member: Member): void {
    this.#stop(member);
    this.#forgetTemporary(member);
  }

  restart(member: Member): 'running' | Outcome {
    if (member.state !== 'down') return 'running';
    return this.#start(member);
  }

  remove(member: Member): 'running' | 'done' {
    if (member.state !== 'down') return 'running';
    this.members = this.members.filter((other) => other !== member);
    return 'done';
  }

  add(node: Node): Outcome {
    const member = this.#member(node);
    const outcome = this.#start(member);
    if (outcome === 'up' || (outcome === 'ignore' && node.restart !== 'temporary')) this.members.push(member);
    return outcome;
  }

  get #isGroup(): boolean {
    return this.tree.strategy !== 'one_for_one';
  }

  #member(node: Node): Member {
    const path = `${this.path}/${node.id}`;
    return { node, path, state: 'down', hasEnded: false, isFresh: false, turn: 0, supervisor: undefined };
  }

  #take({ member, said }: Task): void {
    if (said === 'again' || mustRestart(member.node.restart, said)) {
      this.#restart(member);
      return;
    }
    member.state = 'down';
    this.#forgetTemporary(member);
    const { autoShutdown } = this.tree;
    const others = this.members.some((other) => other.node.significant && other.state !== 'down');
    if (!member.node.significant || autoShutdown === 'never') return;
    if (autoShutdown === 'any_significant' || !others) this.#end();
  }

  #restart(member: Member): void {
    const { now } = this.world;
    this.#restarts = [...this.#restarts.filter((at) => now - at <= periodMs), now];
    member.state = 'down';
    if (this.#restarts.length > this.tree.intensity) {
      this.#end();
      return;
    }
    const range = this.#range(member);
    for (const other of range) other.turn++;
    for (const other of range.toReversed()) {
      if (other === member) continue;
      this.#stop(other);
      this.#forgetTemporary(other);
    }
    for (const next of range) {
      if (!this.members.includes(next)) continue;
      const outcome = this.#start(next);
      next.isFresh = true;
      if (outcome !== 'fail') continue;
      next.state = 'restarting';
      this.#tasks.push({ member: next, turn: next.turn, said: 'again' });
      return;
    }
  }

  #range(member: Member): readonly Member[] {
    if (this.tree.strategy === 'one_for_one') return [member];
    if (this.tree.strategy === 'one_for_all') return [...this.members];
    return this.members.slice(this.members.indexOf(member));
  }

  #start(member: Member): Outcome {
    member.hasEnded = false;
    const outcome = member.node.tree
      ? this.#startTree(member, member.node.tree)
      : nextOutcome(this.world, member.path, member.node);
    member.state = outcome === 'up' ? 'up' : 'down';
    return outcome;
  }

  #startTree(member: Member, tree: Tree): Outcome {
    const supervisor = new ModelSupervisor(this.world, member.path, tree, () =>
      this.exits([[member, 'shutdown']]),
    );
    member.supervisor = supervisor;
    return supervisor.start();
  }

  #stop(member: Member): void {
    if (member.state === 'up' && !member.hasEnded) {
      if (member.supervisor) member.supervisor.stop();
      else if (member.isFresh && !this.#isGroup) this.world.killed.push(member.path);
      else this.world.log.push(`stop ${member.path}`);
    }
    member.state = 'down';
  }

  #stopAll(): void {
    for (const member of this.members.toReversed()) this.#stop(member);
  }

  #end(): void {
    this.stop();
    this.onEnd();
  }

  #forgetTemporary(member: Member): void {
    if (member.node.restart === 'temporary') this.members = this.members.filter((other) => other !== member);
  }
}

function mustRestart(restart: RestartType, said: Said): boolean {
  return restart === 'permanent' || (restart === 'transient' && (said === 'crash' || said === 'killed'));
}
