/** How old what the chain gave may be when it is used, in epochs by this machine's clock. Pure. */

/** As `[sealvisor.deadlines]`; all in epochs, except the epoch's length. */
export interface Deadlines {
  readonly epochMs: number;
  /** From the ticket to the pre-commit. */
  readonly ticket: number;
  /** From the pre-commit to the proof. */
  readonly preCommit: number;
  /** A ticket with less than this left is drawn again before PC1: nothing is lost yet. */
  readonly margin: number;
}

/** From the ticket to the proof, where no pre-commit comes between (FIP-0092): 180 days. */
export const proofTicketEpochs = 180 * 2880;

export interface Age {
  /** Whole epochs since then. */
  readonly epochs: number;
  /** Epochs left, below 0 when it is too old. */
  readonly left: number;
  readonly atMs: number;
}

/** The age of what was got at `at` (wall time, ms); undefined, which counts as fresh, when a record does not say. */
export function ageOf(at: unknown, limit: number, epochMs: number, nowMs: number): Age | undefined {
  if (typeof at !== 'number') return undefined;
  // A clock that was set back makes nothing younger than new.
  const epochs = Math.max(0, Math.floor((nowMs - at) / epochMs));
  return { epochs, left: limit - epochs, atMs: at };
}

/** Whether the ticket does not last for the hours that PC1 and PC2 take. */
export function isTicketShort(age: Age | undefined, { margin }: Deadlines): boolean {
  return age !== undefined && age.left < margin;
}

/** `2900 epochs old (since 2026-11-22T10:00:00.000Z), it may be 2880` */
export function ageText({ epochs, left, atMs }: Age): string {
  return `${epochs} epochs old (since ${new Date(atMs).toISOString()}), it may be ${epochs + left}`;
}
