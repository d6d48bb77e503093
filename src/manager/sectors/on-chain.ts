/** What a sector has to do with the chain: its ticket, its messages, its seed. */
import { createHash } from 'node:crypto';
import type { PollAnswer, PreCommit, Sealed, SeedAnswer } from '../../protocol/sealer.js';
import { isInteractive, type SectorId } from '../../protocol/sector.js';
import type { OnChain, SubmitAnswer, Ticket } from '../../protocol/sector-answers.js';
import { landing, type MessageKind, type MockChain, ticketLasts } from '../chain.js';
import { type MessageState, messageState, pollAnswer, submission } from '../messages.js';
import type { SectorLife } from './life.js';
import type { Lives } from './lives.js';

export function sectorChain(lives: Lives, chain: MockChain) {
  const stateOf = (life: SectorLife, kind: MessageKind): MessageState | null =>
    life[kind] && messageState(life[kind], chain.epoch(), landing[kind]);

  const submit = (
    id: SectorId,
    kind: MessageKind,
    reset: boolean,
    isSame: (life: SectorLife) => boolean,
    message: (sent: { readonly epoch: number; readonly fails: boolean }) => Partial<SectorLife>,
  ): SubmitAnswer => {
    const life = lives.of(id);
    if (life.abortReason !== null) return { Res: 4, Desc: life.abortReason };
    const state = stateOf(life, kind);
    const answer = submission(state && { state, isSame: isSame(life) }, reset);
    if (answer.Res !== 1) return answer;
    const nth = life.messages[kind] + 1;
    const sent = { epoch: chain.epoch(), fails: chain.fails(kind, id, nth) };
    // One write: a manager that dies here has sent the message and counted it, or neither.
    lives.keep(id, { ...message(sent), messages: { ...life.messages, [kind]: nth } });
    return answer;
  };

  const poll = (id: SectorId, kind: MessageKind, none: string): PollAnswer => {
    const life = lives.of(id);
    if (life.abortReason !== null) return { State: 7, Desc: life.abortReason };
    const state = stateOf(life, kind);
    return state ? pollAnswer(state) : { State: 4, Desc: none };
  };

  return {
    /** What is on chain of it, or on its way there; a message that failed is not. */
    onChain: (id: SectorId): OnChain | null => {
      const life = lives.of(id);
      const isThere = (kind: MessageKind) => life[kind] !== null && stateOf(life, kind) !== 'failed';
      const preCommit = isThere('preCommit') ? life.preCommit : null;
      const proof = isThere('proof') ? life.proof : null;
      if (!preCommit && !proof) return null;
      return {
        ...sealedText(preCommit?.info ?? proof?.sealed),
        ...(proof ? { ProofSha256: sha256(proof.proof) } : {}),
      };
    },
    /** The same while it is young, or what is on chain rests on it. */
    assignTicket: (id: SectorId): Ticket => {
      const life = lives.of(id);
      const Epoch = chain.epoch();
      const kind = isInteractive(life) ? 'preCommit' : 'proof';
      const isUsed = life[kind] !== null && stateOf(life, kind) !== 'failed';
      if (life.ticket && (isUsed || Epoch - life.ticket.Epoch <= ticketLasts)) return life.ticket;
      const ticket = { Ticket: chain.randomness('ticket', id.miner, id.number, Epoch), Epoch };
      lives.keep(id, { ticket });
      return ticket;
    },
    submitPreCommit: (id: SectorId, info: PreCommit, reset: boolean): SubmitAnswer =>
      submit(
        id,
        'preCommit',
        reset,
        ({ preCommit }) => JSON.stringify(preCommit?.info) === JSON.stringify(info),
        (sent) => ({ preCommit: { info, ...sent } }),
      ),
    pollPreCommit: (id: SectorId) => poll(id, 'preCommit', 'no pre-commit was submitted'),
    waitSeed: (id: SectorId): SeedAnswer => {
      const life = lives.of(id);
      const Epoch = isInteractive(life) ? seedEpochOf(life) : chain.epoch();
      if (Epoch === undefined) return { ShouldWait: false, Delay: 0, Seed: null };
      const left = Epoch - chain.epoch();
      if (left > 0)
        return { ShouldWait: true, Delay: Math.max(1, Math.ceil((left * chain.epochMs) / 1000)), Seed: null };
      const Seed = chain.randomness('seed', id.miner, id.number, Epoch);
      return { ShouldWait: false, Delay: 0, Seed: { Seed, Epoch } };
    },
    submitProof: (id: SectorId, proof: string, reset: boolean, sealed: Sealed | null = null): SubmitAnswer =>
      proof === ''
        ? { Res: 4, Desc: 'the proof is empty' }
        : submit(
            id,
            'proof',
            reset,
            (life) => life.proof?.proof === proof,
            (sent) => ({ proof: { proof, ...(sealed ? { sealed } : {}), ...sent } }),
          ),
    pollProof: (id: SectorId) => poll(id, 'proof', 'no proof was submitted'),
  };
}

/** When the chain draws it; undefined before the pre-commit. */
const seedEpochOf = ({ preCommit }: SectorLife) =>
  preCommit ? preCommit.epoch + landing.preCommit + landing.seed : undefined;

const sealedText = (sealed: Sealed | null | undefined) =>
  sealed ? { CommR: sealed.CommR, CommD: sealed.CommD, Ticket: sealed.Ticket } : {};

/** Hex, of a proof in base64. */
const sha256 = (proof: string) => createHash('sha256').update(Buffer.from(proof, 'base64')).digest('hex');
