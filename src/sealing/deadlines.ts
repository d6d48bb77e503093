/** How old a ticket or pre-commit may be when it is used, in epochs by this machine's clock. Pure. */

/** From `[sealvisor.deadlines]`; all in epochs, except the length of an epoch. */
export interface Deadlines {
  readonly epochMs: number;
  /** From the ticket to the pre-commit. */
  readonly ticket: number;
  /** From the pre-commit to the proof. */
  readonly preCommit: number;
  /** A ticket with fewer epochs left than this is drawn again before PC1, when no work is lost by it. */
  readonly margin: number;
}

/** From the ticket to the proof when there is no pre-commit in between (FIP-0092): 180 days, in epochs. */
export const proofTicketEpochs = 180 * 2880;

export interface Age {
  /** Whole epochs since then. */
  readonly epochs: number;
  /** Epochs left; negative when it is too old. */
  readonly left: number;
  readonly atMs: number;
}

/** The age of what was received at `at` (wall time, ms); undefined, which counts as fresh, when the record has no time. */
export function ageOf(at: unknown, limit: number, epochMs: number, nowMs: number): Age | undefined {
  if (typeof at !== 'number') return undefined;
  // The age is never negative, even if the clock was set back.
  const epochs = Math.max(0, Math.floor((nowMs - at) / epochMs));
  return { epochs, left: limit - epochs, atMs: at };
}

/** Whether the ticket would expire during the hours that PC1 and PC2 take. */
export function isTicketShort(age: Age | undefined, { margin }: Deadlines): boolean {
  return age !== undefined && age.left < margin;
}

/** `2900 epochs old (since 2026-11-22T10:00:00.000Z), it may be 2880` */
export function ageText({ epochs, left, atMs }: Age): string {
  return `${epochs} epochs old (since ${new Date(atMs).toISOString()}), it may be ${epochs + left}`;
}
