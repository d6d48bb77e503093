/** The public words of supervision, OTP's (docs/architecture.md). */

export type Exit =
  | { readonly kind: 'normal' | 'shutdown' | 'killed' }
  | { readonly kind: 'crash'; readonly error: unknown };

/** Anything that lives: a thread, a process, a service, another supervisor. */
export interface Child {
  readonly exited: Promise<Exit>;
  stop(): void | Promise<void>;
  kill(): void;
}

export interface Backoff {
  readonly minMs: number;
  readonly maxMs: number;
  /** @default 2 */
  readonly factor?: number;
  /** Part of the delay that is drawn by chance. @default 0.2 */
  readonly jitter?: number;
}

export interface ChildSpec {
  readonly id: string;
  readonly start: () => Child | Promise<Child>;
  /** @default permanent */
  readonly restart?: 'permanent' | 'transient' | 'temporary';
  /** Time between `stop()` and `kill()`, ms. @default 5000 */
  readonly shutdown?: number | 'infinity';
}

export interface SupervisorSpec {
  /** Restarts allowed within the period. @default 1 */
  readonly intensity?: number;
  /** @default 5000 */
  readonly periodMs?: number;
  /** @default none */
  readonly backoff?: Backoff | 'none';
  readonly children: readonly ChildSpec[];
}

export type Supervisor = Child;
