/** A sector's dealings with the chain: its ticket, its messages, its seed. */
import { createHash } from 'node:crypto';
import type { PollAnswer, PreCommit, Sealed, SeedAnswer } from '../../protocol/sealer.js';
import { isInteractive, type SectorId } from '../../protocol/sector.js';
import type { OnChain, SubmitAnswer, Ticket } from '../../protocol/sector-answers.js';
import { landing, type MessageKind, type MockChain, ticketLasts } from '../chain.js';
import { type MessageState, messageState, pollAnswer, submission } from '../messages.js';
import type { SectorLife } from './life.js';
import type { Lives } from './lives.js';

/** A message to send: with a pre-commit or a proof. */
interface Message {
  readonly kind: MessageKind;
  readonly reset: boolean;
  /** Whether the sector's latest message has the same content. */
  readonly isSame: (life: SectorLife) => boolean;
  readonly facts: (sent: { readonly epoch: number; readonly fails: boolean }) => Partial<SectorLife>;
}

export class SectorChain {
  constructor(
    private readonly lives: Lives,
    private readonly chain: MockChain,
  ) {}

  /** What the chain has, or will have, of the sector; a failed message does not count. */
  onChain(id: SectorId): OnChain | null {
    const life = this.lives.of(id);
    const preCommit = this.#isThere(life, 'preCommit') ? life.preCommit : null;
    const proof = this.#isThere(life, 'proof') ? life.proof : null;
    if (!preCommit && !proof) return null;
    return {
      ...sealedText(preCommit?.info ?? proof?.sealed),
      ...(proof ? { ProofSha256: sha256(proof.proof) } : {}),
    };
  }

  /** The same ticket while it is recent, or while a message on chain uses it; otherwise a new one. */
  assignTicket(id: SectorId): Ticket {
    const { lives, chain } = this;
    const life = lives.of(id);
    const Epoch = chain.epoch();
    const isUsed = this.#isThere(life, isInteractive(life) ? 'preCommit' : 'proof');
    if (life.ticket && (isUsed || Epoch - life.ticket.Epoch <= ticketLasts)) return life.ticket;
    const ticket = { Ticket: chain.randomness('ticket', id.miner, id.number, Epoch), Epoch };
    lives.keep(id, { ticket });
    return ticket;
  }

  submitPreCommit(id: SectorId, info: PreCommit, reset: boolean): SubmitAnswer {
    return this.#submit(id, {
      kind: 'preCommit',
      reset,
      isSame: ({ preCommit }) => JSON.stringify(preCommit?.info) === JSON.stringify(info),
      facts: (sent) => ({ preCommit: { info, ...sent } }),
    });
  }

  pollPreCommit(id: SectorId): PollAnswer {
    return this.#poll(id, 'preCommit', 'no pre-commit was submitted');
  }

  waitSeed(id: SectorId): SeedAnswer {
    const { chain } = this;
    const life = this.lives.of(id);
    const Epoch = isInteractive(life) ? seedEpochOf(life) : chain.epoch();
    if (Epoch === undefined) return { ShouldWait: false, Delay: 0, Seed: null };
    const left = Epoch - chain.epoch();
    if (left > 0)
      return { ShouldWait: true, Delay: Math.max(1, Math.ceil((left * chain.epochMs) / 1000)), Seed: null };
    const Seed = chain.randomness('seed', id.miner, id.number, Epoch);
    return { ShouldWait: false, Delay: 0, Seed: { Seed, Epoch } };
  }

  /** `sealed`: only for a sector without a pre-commit. */
  submitProof(id: SectorId, proof: string, reset: boolean, sealed: Sealed | null = null): SubmitAnswer {
    if (proof === '') return { Res: 4, Desc: 'the proof is empty' };
    return this.#submit(id, {
      kind: 'proof',
      reset,
      isSame: (life) => life.proof?.proof === proof,
      facts: (sent) => ({ proof: { proof, ...(sealed ? { sealed } : {}), ...sent } }),
    });
  }

  pollProof(id: SectorId): PollAnswer {
    return this.#poll(id, 'proof', 'no proof was submitted');
  }

  #submit(id: SectorId, { kind, reset, isSame, facts }: Message): SubmitAnswer {
    const { lives, chain } = this;
    const life = lives.of(id);
    if (life.abortReason !== null) return { Res: 4, Desc: life.abortReason };
    const state = this.#stateOf(life, kind);
    const answer = submission(state && { state, isSame: isSame(life) }, reset);
    if (answer.Res !== 1) return answer;
    const nth = life.messages[kind] + 1;
    const sent = { epoch: chain.epoch(), fails: chain.fails(kind, id, nth) };
    // One write: if the manager dies here, the message is both sent and counted, or neither.
    lives.keep(id, { ...facts(sent), messages: { ...life.messages, [kind]: nth } });
    return answer;
  }

  #poll(id: SectorId, kind: MessageKind, none: string): PollAnswer {
    const life = this.lives.of(id);
    if (life.abortReason !== null) return { State: 7, Desc: life.abortReason };
    const state = this.#stateOf(life, kind);
    return state ? pollAnswer(state) : { State: 4, Desc: none };
  }

  #isThere(life: SectorLife, kind: MessageKind): boolean {
    return life[kind] !== null && this.#stateOf(life, kind) !== 'failed';
  }

  #stateOf(life: SectorLife, kind: MessageKind): MessageState | null {
    return life[kind] && messageState(life[kind], this.chain.epoch(), landing[kind]);
  }
}

/** The epoch at which the chain draws the seed; undefined before the pre-commit. */
const seedEpochOf = ({ preCommit }: SectorLife) =>
  preCommit ? preCommit.epoch + landing.preCommit + landing.seed : undefined;

const sealedText = (sealed: Sealed | null | undefined) =>
  sealed ? { CommR: sealed.CommR, CommD: sealed.CommD, Ticket: sealed.Ticket } : {};

/** Hex; the proof is base64. */
const sha256 = (proof: string) => createHash('sha256').update(Buffer.from(proof, 'base64')).digest('hex');
