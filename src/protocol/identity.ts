/** Who is who between a worker and its manager, beyond names and addresses. Upstream's programs say nothing of it. */

/** Headers of requests and answers; each is left out where there is nothing to say. */
export const identityHeaders = {
  /** In every answer of a manager: its id, made with its home. */
  manager: 'x-sealvisor-manager',
  /** In a worker's requests: its id, made with its home. */
  worker: 'x-sealvisor-worker',
  /** The manager that is meant: another one refuses. */
  expects: 'x-sealvisor-expects',
  /** The allocation that the sector or job in the request was given under. */
  given: 'x-sealvisor-given',
  /** The worker that is meant, by its name (as in a URL) and its id: another one refuses. */
  to: 'x-sealvisor-to',
  toId: 'x-sealvisor-to-id',
  /** In a manager's answer without a job: why there is none, percent-encoded. */
  whyNone: 'x-sealvisor-why-none',
} as const;

/** Who asks, as far as it says so. */
export interface Caller {
  readonly worker: string | null;
  readonly expects: string | null;
  readonly given: string | null;
}

export const nobody: Caller = { worker: null, expects: null, given: null };

/** What a worker adds to its wish for a sector or job. */
export interface Asking {
  /** Made by the thread before it asked: asked again under it, it is given the same again. */
  readonly Request?: string | null | undefined;
  /** The highest number of each miner that it holds or keeps: none at or below is given out. */
  readonly UsedNumbers?: readonly UsedNumber[] | undefined;
}

export interface UsedNumber {
  readonly Miner: number;
  readonly Number: number;
}

/** Under what a sector or job was given; both null where the manager says nothing of it. */
export interface GivenBy {
  readonly request: string | null;
  readonly manager: string | null;
}

/** An answer to a wish, with what stands behind it. */
export type WithGiven<T> = T & { readonly given?: GivenBy };
