/** How a worker and its manager identify themselves, beyond names and addresses. Upstream's programs send none of it. */

/** Headers of requests and answers; a header without a value is left out. */
export const identityHeaders = {
  /** In every answer of a manager: its id, created with its home. */
  manager: 'x-sealvisor-manager',
  /** In a worker's requests: its id, created with its home. */
  worker: 'x-sealvisor-worker',
  /** The manager that the request is for: any other manager refuses it. */
  expects: 'x-sealvisor-expects',
  /** The allocation under which the sector or job of the request was given out. */
  given: 'x-sealvisor-given',
  /** The worker that the request is for, by name (URL-encoded) and id: any other worker refuses it. */
  to: 'x-sealvisor-to',
  toId: 'x-sealvisor-to-id',
  /** In a manager's answer without a job: the reason, percent-encoded. */
  whyNone: 'x-sealvisor-why-none',
} as const;

/** Identity of the caller, as far as it sends one. */
export interface Caller {
  readonly worker: string | null;
  readonly expects: string | null;
  readonly given: string | null;
}

export const nobody: Caller = { worker: null, expects: null, given: null };

/** What a worker adds to its request for a sector or job. */
export interface Asking {
  /** Id that the thread creates before it asks: a repeated request with it gets the same sector or job again. */
  readonly Request?: string | null | undefined;
  /** The highest sector number per miner that the worker holds or stores: no number up to it is given out. */
  readonly UsedNumbers?: readonly UsedNumber[] | undefined;
}

export interface UsedNumber {
  readonly Miner: number;
  readonly Number: number;
}

/** The request and the manager by which a sector or job was given out; both null where the manager does not say. */
export interface GivenBy {
  readonly request: string | null;
  readonly manager: string | null;
}

/** The answer to an allocation request, with its request and manager. */
export type WithGiven<T> = T & { readonly given?: GivenBy };
