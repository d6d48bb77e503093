/** The public types of supervision. The terms are OTP's (reference manual of `supervisor`); times are in ms. */

/** How a child ended, as the child itself reports it; never derived from the exit code of a process or thread. */
export type Exit =
  | { readonly kind: 'normal' | 'shutdown' | 'killed' }
  | { readonly kind: 'crash'; readonly error: unknown };

/** Anything that can be supervised: a thread, a process, a service, another supervisor. */
export interface Child {
  /** Resolves once, when nothing of the child runs any more. */
  readonly exited: Promise<Exit>;
  /** Asks the child to end. It has ended when `exited` resolves, not when this does. */
  stop(): void | Promise<void>;
  /** Ends the child without asking. */
  kill(): void;
}

export type Strategy = 'one_for_one' | 'one_for_all' | 'rest_for_one' | 'simple_one_for_one';
export type RestartType = 'permanent' | 'transient' | 'temporary';
export type ChildType = 'worker' | 'supervisor';
export type AutoShutdown = 'never' | 'any_significant' | 'all_significant';
export type Shutdown = number | 'brutal_kill' | 'infinity';

/** Growing delay between restarts of one child. */
export interface Backoff {
  /** Delay before the first of consecutive restarts, ms. */
  readonly minMs: number;
  /** The longest delay, ms. */
  readonly maxMs: number;
  /** Growth from one restart to the next. @default 2 */
  readonly factor?: number;
  /** Random extra delay, as a share of the delay, 0 to 1. @default 0.2 */
  readonly jitter?: number;
  /** After a child has lived this long, ms, its delays start from `minMs` again. @default maxMs */
  readonly resetAfterMs?: number;
}

/** The source of time, so that tests can control it. */
export interface Clock {
  /** Monotonic, ms. */
  now(): number;
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

export interface ChildSpec {
  /** Unique in its supervisor; only a label under simple_one_for_one. */
  readonly id: string;
  /** Starts one incarnation. A throw, a rejection or anything that is not a Child is a failed start. */
  readonly start: (...args: unknown[]) => Child | 'ignore' | Promise<Child | 'ignore'>;
  /** @default permanent */
  readonly restart?: RestartType;
  /** Time between `stop()` and `kill()`, ms. @default 5000 for a worker, infinity for a supervisor */
  readonly shutdown?: Shutdown;
  /** @default worker */
  readonly type?: ChildType;
  /** Whether the end of this child can end its supervisor (EEP 56). @default false */
  readonly significant?: boolean;
}

export interface SupervisorSpec {
  /** @default one_for_one */
  readonly strategy?: Strategy;
  /** Restarts allowed within the period. @default 1 */
  readonly intensity?: number;
  /** @default 5000 */
  readonly periodMs?: number;
  /** @default never */
  readonly autoShutdown?: AutoShutdown;
  /** In start order; under simple_one_for_one exactly one, the template. */
  readonly children: readonly ChildSpec[];
  /** @default none */
  readonly backoff?: Backoff | 'none';
  /** Read at start only. @default the system's */
  readonly clock?: Clock;
}

export interface ChildInfo {
  /** Left out under simple_one_for_one. */
  readonly id?: string;
  readonly child: Child | 'restarting' | undefined;
  readonly type: ChildType;
  readonly restart: RestartType;
}

export interface ChildCounts {
  /** Known specs, whether their children are alive or not; 1 under simple_one_for_one. */
  readonly specs: number;
  /** Children alive. */
  readonly active: number;
  readonly supervisors: number;
  readonly workers: number;
}

export interface SupervisorEvent {
  readonly kind: 'child.started' | 'child.exited' | 'child.restarting' | 'child.gaveUp' | 'supervisor.exited';
  /** Left out under simple_one_for_one and for the supervisor itself. */
  readonly id?: string;
  /** From 1; counts the incarnations of one id, or of all children under simple_one_for_one. */
  readonly incarnation?: number;
  readonly exit?: Exit;
  /** Time by the supervisor's clock, ms. */
  readonly at: number;
}

/** A running supervisor; itself a Child, so that another can supervise it. Verbs take effect one after the other. */
export interface Supervisor extends Child {
  /**
   * Adds and starts a child; resolves to what `start` returned. Under simple_one_for_one it takes the list of
   * arguments for the template's `start`. Rejects with the reason of a failed start and drops the spec.
   * @throws already_started, already_present, noproc, invalid_arguments or the code of an invalid field
   */
  startChild(specOrArgs: ChildSpec | readonly unknown[]): Promise<Child | 'ignore'>;
  /**
   * Ends a child and keeps its spec, unless it is temporary. Takes the child itself under simple_one_for_one.
   * @throws not_found, simple_one_for_one, noproc
   */
  terminateChild(id: string | Child): Promise<void>;
  /** Starts a child that is down. @throws running, restarting, not_found, simple_one_for_one, noproc */
  restartChild(id: string): Promise<Child | 'ignore'>;
  /** Deletes the spec of a child that is down. @throws running, restarting, not_found, simple_one_for_one, noproc */
  deleteChild(id: string): Promise<void>;
  /** In start order. @throws noproc */
  whichChildren(): ChildInfo[];
  /** @throws noproc */
  countChildren(): ChildCounts;
  /** The spec with every default filled in; takes a child under simple_one_for_one. @throws not_found, noproc */
  getChildSpec(id: string | Child): Required<ChildSpec>;
  /**
   * Replaces flags and specs while the children run, as OTP's code change does: running children continue, a new spec
   * waits for `restartChild`, and a child that is no longer listed is kept. An invalid spec is rejected as a whole.
   * @throws noproc, invalid_strategy or the code of an invalid field
   */
  changeSpec(spec: SupervisorSpec): Promise<void>;
  /** Calls `listener` for every event from now on, until the returned function is called. @throws noproc */
  subscribe(listener: (event: SupervisorEvent) => void): () => void;
  stop(): Promise<void>;
}
