/** What a call that was passed on says about its sector. Pure; no decision depends on it. */
import * as z from 'zod';
import type { ErrorLevel } from '../../protocol/level.js';
import { allocatedParam, reportParam, sectorIdParam } from '../../protocol/sealer-wire.js';
import type { SectorId } from '../../protocol/sector.js';
import { shortText } from '../../protocol/some-of.js';

export interface Sighting {
  readonly proofType: number | null;
  /** As its worker last reported. */
  readonly state: string;
  readonly worker: { readonly name: string; readonly location: string } | null;
  readonly failure: { readonly level: ErrorLevel; readonly message: string } | null;
  readonly deals: number | null;
  /** How many were accepted by the manager behind this one. */
  readonly messages: { readonly preCommit: number; readonly proof: number };
  readonly persistedIn: string | null;
  readonly isUpgraded: boolean;
  readonly finalized: boolean;
  readonly abortReason: string | null;
  readonly firstMs: number;
  readonly heardMs: number;
}

/** A call and its answer; `method` without `Venus.`. */
export interface SeenCall {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly answer: { readonly result: unknown } | { readonly error: string };
}

export interface Step {
  readonly id: SectorId;
  readonly text: string;
  /** The fields that the step changes. */
  change(before: Sighting): Partial<Sighting>;
}

const longest = 4096;
/** By upstream's numbers. */
const submitResults = [
  'Unknown',
  'Accepted',
  'DuplicateSubmit',
  'MismatchedSubmission',
  'Rejected',
  'FilesMissed',
] as const;
const nothing = () => ({});

const withId = z.union([sectorIdParam, z.object({ ID: sectorIdParam }).transform(({ ID }) => ID)]);
const givenJob = z.union([
  allocatedParam,
  z.object({ Sector: allocatedParam }).transform((job) => job.Sector),
]);
const words = z.string().transform((text) => shortText(text, longest));
const submission = z.object({ Res: z.number(), Desc: words.nullish() });
const verdict = z
  .object({ Finalized: z.boolean().nullish(), AbortReason: words.nullish() })
  .nullish()
  .catch(null);

const read = <T>(schema: z.ZodType<T>, value: unknown): T | undefined => schema.safeParse(value).data;

type Reader = (params: readonly unknown[], result: unknown) => Step | undefined;

/** Undefined if the call says nothing about a sector that is worth keeping. */
export function stepOf({ method, params, answer }: SeenCall): Step | undefined {
  if ('result' in answer)
    return Object.hasOwn(readers, method) ? readers[method]?.(params, answer.result) : undefined;
  const id = read(withId, params[0]);
  return id && { id, text: `${method} is refused: ${shortText(answer.error, longest)}`, change: nothing };
}

const readers: Readonly<Record<string, Reader>> = {
  AllocateSector: given('given out', (proofType) => ({ proofType, state: 'Allocated' })),
  AllocateSanpUpSector: given('given out to be upgraded', (proofType) => ({ proofType })),
  AllocateRebuildSector: given('given out to be rebuilt', (proofType) => ({ proofType })),
  AllocateUnsealSector: given('given out to be unsealed', (proofType) => ({ proofType })),
  AcquireDeals: ofSector((result) => {
    const deals = Array.isArray(result) ? result.length : 0;
    return { text: `${deals} piece${deals === 1 ? '' : 's'}`, facts: { deals } };
  }),
  AssignTicket: ofSector(() => ({ text: 'has its ticket' })),
  SubmitPreCommit: submitted('pre-commit', counted('preCommit')),
  SubmitProof: submitted('proof', counted('proof')),
  SubmitSnapUpProof: submitted('upgrade proof', () => () => ({ isUpgraded: true })),
  SubmitPersisted: persisted,
  SubmitPersistedEx: persisted,
  ReportState: reported,
  ReportFinalized: ofSector(() => ({ text: 'finalized', facts: { finalized: true, failure: null } })),
  ReportAborted: ([of, reason]) => {
    const id = read(withId, of);
    const abortReason = read(words, reason) ?? '';
    return id && { id, text: `aborted by its worker: ${abortReason}`, change: () => ({ abortReason }) };
  },
};

function given(text: string, facts: (proofType: number) => Partial<Sighting>): Reader {
  return (_, result) => {
    const job = read(givenJob, result);
    return job && { id: job.ID, text, change: () => facts(job.ProofType) };
  };
}

function ofSector(
  tell: (result: unknown) => { readonly text: string; readonly facts?: Partial<Sighting> },
): Reader {
  return ([of], result) => {
    const id = read(withId, of);
    const { text, facts = {} } = tell(result);
    return id && { id, text, change: () => facts };
  };
}

/** A duplicate was accepted earlier, and the answer was lost or not seen here: count at least 1. */
function counted(kind: keyof Sighting['messages']) {
  return (isNew: boolean): Step['change'] =>
    ({ messages }) => ({
      messages: { ...messages, [kind]: isNew ? messages[kind] + 1 : Math.max(1, messages[kind]) },
    });
}

function submitted(what: string, change: (isNew: boolean) => Step['change']): Reader {
  return ([of], result) => {
    const id = read(withId, of);
    const told = read(submission, result);
    if (!id || !told) return undefined;
    const why = told.Desc ? `: ${told.Desc}` : '';
    const name = submitResults[told.Res] ?? String(told.Res);
    switch (name) {
      case 'Accepted':
        return { id, text: `${what} accepted`, change: change(true) };
      case 'DuplicateSubmit':
        return { id, text: `${what} accepted before (${name})`, change: change(false) };
      default:
        return { id, text: `${what} answered with ${name}${why}`, change: nothing };
    }
  };
}

function persisted([of, instance]: readonly unknown[], result: unknown): Step | undefined {
  const [id, persistedIn] = [read(withId, of), read(words, instance)];
  if (!id || persistedIn === undefined) return undefined;
  if (result !== true) return { id, text: `not persisted in ${persistedIn} yet`, change: nothing };
  return { id, text: `persisted in ${persistedIn}`, change: () => ({ persistedIn }) };
}

function reported([of, said]: readonly unknown[], result: unknown): Step | undefined {
  const [id, report] = [read(withId, of), read(reportParam, said)];
  if (!id || !report) return undefined;
  const { Worker, StateChange, Failure } = report;
  const { Prev, Next } = StateChange;
  const told = read(verdict, result);
  const abort = told?.AbortReason || null;
  const failure = Failure && { level: Failure.Level, message: Failure.Desc };
  const change = Prev === Next ? `at ${Next}` : `${Prev} -> ${Next}`;
  const failed = failure ? `: ${failure.level}: ${failure.message}` : '';
  const answer = abort ? `; it is told to abort: ${abort}` : '';
  return {
    id,
    text: `${change} on ${Worker.Instance}${failed}${answer}`,
    change: (before) => ({
      state: Next,
      worker: { name: Worker.Instance, location: Worker.Location },
      failure,
      finalized: before.finalized || told?.Finalized === true,
      abortReason: abort ?? before.abortReason,
    }),
  };
}
