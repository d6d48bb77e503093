/** Checks ages before a stage spends hours on something that the chain would no longer accept. */
import { StageError } from '../../protocol/level.js';
import { isInteractive } from '../../protocol/sector.js';
import type { Ticket } from '../../protocol/sector-answers.js';
import { type Age, ageOf, ageText, isTicketShort, proofTicketEpochs } from '../deadlines.js';
import { output, outputIfAny, type StageContext, sectorAtHand } from '../stage.js';
import { checkOnChain, polledFirst, type Submitted } from './on-chain.js';

export interface DrawnTicket {
  readonly ticket: Ticket;
  /** Wall time, ms. */
  readonly ticket_at: number;
}

/** The record's ticket, drawn again if it would expire. @throws StageError permanent when the manager has no newer one */
export async function lastingTicket(
  context: StageContext,
): Promise<DrawnTicket | { readonly ticket: Ticket }> {
  const submitted = await submittedTicket(context);
  if (submitted) return submitted;
  const ticket = output<Ticket>(context, 'ticket');
  const age = ticketAge(context);
  if (age === undefined || !isTicketShort(age, context.deadlines)) return { ticket };
  const drawn = await context.service.assignTicket(sectorAtHand(context));
  if (drawn.Ticket !== ticket.Ticket) return { ticket: drawn, ticket_at: context.now() };
  throw new StageError(
    'permanent',
    `the ticket is ${ageText(age)}, and the manager gives the same again: see why it draws no new one, then resume --state TreeDBuilt`,
  );
}

/** @throws StageError permanent when the ticket is too old for its pre-commit */
export function checkTicket(context: StageContext): void {
  const age = ticketAge(context);
  if (age === undefined || age.left >= 0) return;
  throw new StageError(
    'permanent',
    `the ticket is ${ageText(age)}: resume --state TreeDBuilt draws a new ticket; PC1 is done again`,
  );
}

/** @throws StageError permanent when the pre-commit is too old for its proof */
export function checkPreCommit(context: StageContext): void {
  const { deadlines, record } = context;
  const { preCommit, epochMs } = deadlines;
  const age = ageOf(record.outputs.pre_commit_at, preCommit, epochMs, context.now());
  if (age === undefined || age.left >= 0) return;
  throw new StageError(
    'permanent',
    `the pre-commit is ${ageText(age)}: the chain takes no proof for it any more; resume --state Aborted aborts the sector`,
  );
}

/**
 * Whether the sector's first message is pending or has landed: an earlier submission may have been accepted although its
 * response was lost. @throws StageError permanent when the message is another sector's
 */
export async function isOnItsWay(context: StageContext, own?: Submitted): Promise<boolean> {
  const { State, OnChain } = await polledFirst(context);
  const isOnIts = State >= 1 && State <= 3;
  if (isOnIts) checkOnChain(context, OnChain, own);
  return isOnIts;
}

/** The ticket of what was already submitted: if the sector is made again after that, it must use the same ticket. */
export async function submittedTicket(context: StageContext): Promise<DrawnTicket | undefined> {
  const [sent, ticket] = isInteractive(sectorAtHand(context))
    ? ['pre_commit', 'pre_commit_ticket']
    : ['proof', 'proof_ticket'];
  // Only a sector that was resumed to a state before its submission lacks this output.
  if (context.record.outputs[sent] !== undefined) return undefined;
  // Written when it was submitted.
  const submitted = outputIfAny<DrawnTicket>(context, ticket);
  return submitted && (await isOnItsWay(context, { ticket: submitted.ticket })) ? submitted : undefined;
}

export function isTicketTooOld(context: StageContext): boolean {
  return (ticketAge(context)?.left ?? 0) < 0;
}

function ticketAge({ deadlines, record, now }: StageContext): Age | undefined {
  const isEarly = record.sector === null || isInteractive(record.sector);
  const limit = isEarly ? deadlines.ticket : proofTicketEpochs;
  return ageOf(record.outputs.ticket_at, limit, deadlines.epochMs, now());
}
