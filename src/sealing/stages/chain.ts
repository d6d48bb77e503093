/** Stages that query the chain through the manager. */
import { StageError } from '../../protocol/level.js';
import type { PollAnswer, SealProof } from '../../protocol/sealer.js';
import { isInteractive } from '../../protocol/sector.js';
import type { Allocated, Deal, SubmitAnswer, Ticket } from '../../protocol/sector-answers.js';
import { output, type Stage, type StageContext, sectorAtHand } from '../stage.js';
import { submitting } from '../submission-note.js';
import type { Tasks } from '../tasks.js';
import { checkC2, checkRandomness } from './answers.js';
import { checkBeforePreCommit } from './before-pre-commit.js';
import { checkTicket, isOnItsWay, isTicketTooOld, submittedTicket } from './fresh.js';
import { checkOnChain } from './on-chain.js';
import type { Persisted } from './persist.js';
import { builtin } from './sector-work.js';

export const assignTicket: Stage = async (context) => {
  const submitted = await submittedTicket(context);
  if (submitted) return { event: 'AssignTicket', outputs: { ...submitted } };
  const ticket = await context.service.assignTicket(sectorAtHand(context));
  checkRandomness('ticket', ticket.Ticket);
  return { event: 'AssignTicket', outputs: { ticket, ticket_at: context.now() } };
};

function allocatedOf(context: StageContext): Allocated {
  const sector = sectorAtHand(context);
  return { ID: { Miner: sector.miner, Number: sector.number }, ProofType: sector.proofType };
}

/** SubmitResult, docs/spec.md#failures; a mismatched upgrade is aborted, a mismatched sector waits for an operator. */
export function checkSubmission(
  answer: SubmitAnswer,
  what: string,
  { mismatched }: { readonly mismatched: 'permanent' | 'abort' } = { mismatched: 'permanent' },
): void {
  const desc = answer.Desc ? `: ${answer.Desc}` : '';
  switch (answer.Res) {
    case 1:
    case 2:
      return;
    case 3:
      throw new StageError(mismatched, `${what} differs from what was submitted before${desc}`);
    case 4:
      throw new StageError('abort', `${what} was rejected${desc}`, { isRejected: true });
    case 5:
      throw new StageError('permanent', `${what}: the manager misses files of the sector${desc}`);
    default:
      throw new StageError('permanent', `${what} got an unknown answer ${answer.Res}${desc}`);
  }
}

/**
 * OnChainState, docs/spec.md#failures: polls until the message has landed and is this thread's own, or has to be
 * submitted again.
 */
async function untilLanded(
  context: StageContext,
  poll: () => Promise<PollAnswer>,
  what: string,
): Promise<'landed' | 'submit again'> {
  for (;;) {
    const { State, Desc, OnChain } = await poll();
    const desc = Desc ? `: ${Desc}` : '';
    switch (State) {
      case 1:
      case 2:
        break;
      case 3:
        checkOnChain(context, OnChain);
        return 'landed';
      case 4:
        throw new StageError('permanent', `${what} is not found on chain${desc}`);
      case 5:
        await context.sleep(context.settings.recoverIntervalMs);
        return 'submit again';
      case 6:
        throw new StageError('permanent', `${what} failed on chain for good${desc}`);
      case 7:
        throw new StageError('abort', `${what} is not going to get on chain${desc}`, { isRejected: true });
      default:
        throw new StageError('permanent', `${what} is in an unknown state ${State}${desc}`);
    }
    await context.sleep(context.settings.rpcPollingIntervalMs);
  }
}

/** A newly accepted pre-commit gets the current time; one that was submitted before keeps its time. */
function preCommitted(context: StageContext, isNew: boolean) {
  const { pre_commit_at: before, ticket, ticket_at } = context.record.outputs;
  const pre_commit_at = isNew || before === undefined ? context.now() : before;
  const outputs = { pre_commit: true, pre_commit_at, resubmitPreCommit: false };
  return { event: 'SubmitPC', outputs: { ...outputs, pre_commit_ticket: { ticket, ticket_at } } };
}

export const submitPreCommit: Stage = async (context) => {
  if (isTicketTooOld(context) && (await isOnItsWay(context))) return preCommitted(context, false);
  checkTicket(context);
  const pc2 = output<Tasks['pc2']['output']>(context, 'pc2');
  const deals = output<readonly Pick<Deal, 'ID'>[]>(context, 'deals');
  const info = {
    CommR: pc2.comm_r,
    CommD: pc2.comm_d,
    Ticket: output<Ticket>(context, 'ticket'),
    // Id 0 is a pledge or an allocation, not a deal.
    Deals: deals.map((deal) => deal.ID).filter((deal) => deal !== 0),
  };
  await checkBeforePreCommit(context, pc2);
  const isAgain = context.record.outputs.resubmitPreCommit === true;
  const answer = await submitting(context, 'pre-commit', () =>
    context.service.submitPreCommit(allocatedOf(context), info, isAgain),
  );
  checkOnChain(context, answer.OnChain);
  checkSubmission(answer, 'the pre-commit');
  return preCommitted(context, answer.Res === 1);
};

export const waitPreCommit: Stage = async (context) => {
  const sector = sectorAtHand(context);
  const end = await untilLanded(context, () => context.service.pollPreCommitState(sector), 'the pre-commit');
  return end === 'landed'
    ? { event: 'CheckPC' }
    : { event: 'ReSubmitPC', outputs: { resubmitPreCommit: true } };
};

export const submitPersisted: Stage = async (context) => {
  const { instance } = output<Persisted>(context, 'persisted');
  // Only a rebuilt sector has it; a new one has none.
  const isUpgrade = Boolean(context.record.outputs.upgrade);
  if (await context.service.submitPersisted(sectorAtHand(context), instance, isUpgrade))
    return { event: 'SubmitPersistance' };
  throw new StageError('permanent', `the manager does not find the sector's files in store ${instance}`);
};

/** The longest wait between two requests for the seed; it takes 75 minutes on a real chain. */
const longestSeedWaitMs = 5 * 60_000;

export const waitSeed: Stage = async (context) => {
  const sector = sectorAtHand(context);
  for (;;) {
    const { ShouldWait, Delay, Seed, OnChain } = await context.service.waitSeed(sector, sector.proofType);
    // A seed is drawn for the pre-commit that is on chain.
    checkOnChain(context, OnChain);
    if (!ShouldWait) {
      if (Seed) {
        checkRandomness('seed', Seed.Seed);
        return { event: 'AssignSeed', outputs: { seed: Seed } };
      }
      throw new StageError(
        'temporary',
        'Venus.WaitSeed: Seed: expected a seed, or ShouldWait true and a Delay (it is missing)',
      );
    }
    // A manager with a wrong clock may return any delay: it is asked again earlier.
    await context.sleep(Math.min(Math.max(Delay * 1000, 100), longestSeedWaitMs));
  }
};

/** Checks that the proof is still for this sector: the sector may have been changed since it was proven. */
async function checkProof(context: StageContext, proof: readonly number[]): Promise<void> {
  const { miner, number: sector_id } = sectorAtHand(context);
  if (context.record.outputs.c1 === undefined) return;
  const { proverId } = await builtin();
  const asked = { c1out: output<unknown>(context, 'c1'), prover_id: proverId(miner), sector_id };
  await checkC2(context, { proof }, asked, 'C1Done');
}

/** What a pre-commit would have contained. @throws StageError permanent when the ticket has expired */
function sealedAs(context: StageContext): Pick<SealProof, 'Sealed'> {
  if (isInteractive(sectorAtHand(context))) return {};
  checkTicket(context);
  const { comm_r: CommR, comm_d: CommD } = output<Tasks['pc2']['output']>(context, 'pc2');
  return { Sealed: { CommR, CommD, Ticket: output<Ticket>(context, 'ticket') } };
}

export const submitProof: Stage = async (context) => {
  const { proof } = output<Tasks['c2']['output']>(context, 'c2');
  if (!context.settings.ignoreProofCheck) await checkProof(context, proof);
  const sent = { Proof: Buffer.from(proof).toString('base64'), ...sealedAs(context) };
  const isAgain = context.record.outputs.resubmitProof === true;
  const answer = await submitting(context, 'proof', () =>
    context.service.submitProof(sectorAtHand(context), sent, isAgain),
  );
  checkOnChain(context, answer.OnChain);
  checkSubmission(answer, 'the proof');
  const { ticket, ticket_at } = context.record.outputs;
  // Only without a pre-commit: otherwise the ticket is kept with that.
  const kept = isInteractive(sectorAtHand(context)) ? {} : { proof_ticket: { ticket, ticket_at } };
  return { event: 'SubmitProof', outputs: { proof: true, resubmitProof: false, ...kept } };
};

export const waitProof: Stage = async (context) => {
  const sector = sectorAtHand(context);
  const end = await untilLanded(context, () => context.service.pollProofState(sector), 'the proof');
  return end === 'landed'
    ? { event: 'Finish' }
    : { event: 'ReSubmitProof', outputs: { resubmitProof: true } };
};
