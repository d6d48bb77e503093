/**
 * Compares what a manager reports of a sector on chain with what this thread made: a sector number does not identify it, and
 * a sector must not continue from another sector's pre-commit or proof.
 */

import { createHash } from 'node:crypto';
import { StageError } from '../../protocol/level.js';
import type { PollAnswer } from '../../protocol/sealer.js';
import { isInteractive } from '../../protocol/sector.js';
import type { OnChain, Ticket } from '../../protocol/sector-answers.js';
import { output, outputIfAny, type StageContext, sectorAtHand } from '../stage.js';
import type { Tasks } from '../tasks.js';

/** What this thread made; a member that is undefined is not compared. */
export interface Submitted {
  readonly commR?: readonly number[] | undefined;
  readonly commD?: readonly number[] | undefined;
  readonly ticket?: Ticket | undefined;
  readonly proof?: readonly number[] | undefined;
}

/** From the outputs of the record. */
export function submittedBy(context: StageContext): Submitted {
  const { outputs } = context.record;
  const pc2 = outputs.pc2 === undefined ? undefined : output<Tasks['pc2']['output']>(context, 'pc2');
  return {
    commR: pc2?.comm_r,
    commD: pc2?.comm_d,
    ticket: outputs.ticket === undefined ? undefined : output<Ticket>(context, 'ticket'),
    proof: outputs.c2 === undefined ? undefined : output<Tasks['c2']['output']>(context, 'c2').proof,
  };
}

/** The first thing that differs, with both values. Pure. */
export function differenceOf(told: OnChain | null | undefined, own: Submitted): string | undefined {
  const pairs: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ['CommR', hexOf(told?.CommR), hexOf(own.commR)],
    ['CommD', hexOf(told?.CommD), hexOf(own.commD)],
    ['ticket', ticketText(told?.Ticket), ticketText(own.ticket)],
    ['sha256 of the proof', told?.ProofSha256?.toLowerCase(), own.proof && sha256(own.proof)],
  ];
  const other = pairs.find(
    ([, theirs, ours]) => theirs !== undefined && ours !== undefined && theirs !== ours,
  );
  return other && `the ${other[0]} there is ${other[1]}, this thread's is ${other[2]}`;
}

/** Passes if the manager does not report what is on chain. @throws StageError that names both values */
export function checkOnChain(
  context: StageContext,
  told: OnChain | null | undefined,
  own: Submitted = submittedBy(context),
  level: 'permanent' | 'abort' = 'permanent',
): void {
  const difference = differenceOf(told, own);
  if (difference === undefined) return;
  const { id } = sectorAtHand(context);
  throw new StageError(
    level,
    `another sector ${id} is on chain, or on its way there: ${difference}; this sector is stopped. If the manager's home was replaced, start the one that gave ${id} on its home and resume; otherwise resume --state Aborted lets this one go, and the other stays as it is`,
  );
}

/** Whether the manager has another sector under this number: what happens to this one must not affect that one. */
export async function isAnother(context: StageContext): Promise<boolean> {
  // The second is stored with the submission; a sector that is made again may have a newer ticket whose submission is unknown.
  const own = [
    outputIfAny<Ticket>(context, 'ticket'),
    outputIfAny<{ readonly ticket?: Ticket }>(context, 'pre_commit_ticket')?.ticket,
    outputIfAny<{ readonly ticket?: Ticket }>(context, 'proof_ticket')?.ticket,
  ].filter((found) => found !== undefined);
  if (own.length === 0) return false;
  const { OnChain: told } = await polledFirst(context);
  // Only the ticket is compared: the same sector, made again after damage, may have another CommR.
  return own.every((each) => differenceOf(told, { ticket: each }) !== undefined);
}

/** The manager's state of the first message: the pre-commit, or the proof of a sector without one. */
export function polledFirst(context: StageContext): Promise<PollAnswer> {
  const { service } = context;
  const sector = sectorAtHand(context);
  return isInteractive(sector) ? service.pollPreCommitState(sector) : service.pollProofState(sector);
}

const hexOf = (bytes: readonly number[] | null | undefined) =>
  bytes ? Buffer.from(bytes).toString('hex') : undefined;

const ticketText = (ticket: Ticket | null | undefined) =>
  ticket ? `${Buffer.from(ticket.Ticket, 'base64').toString('hex')} of epoch ${ticket.Epoch}` : undefined;

/** Hex. */
export const sha256 = (bytes: readonly number[]) =>
  createHash('sha256').update(Buffer.from(bytes)).digest('hex');
