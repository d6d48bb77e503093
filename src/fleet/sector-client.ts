import * as z from 'zod';
import { SealvisorError, systemCodeOf } from '../protocol/errors.js';
import { type GivenBy, identityHeaders, type UsedNumber } from '../protocol/identity.js';
import { wireLevel } from '../protocol/level.js';
import type { SectorService, StateReport } from '../protocol/sealer.js';
import type { SectorId } from '../protocol/sector.js';
import { shortText } from '../protocol/some-of.js';
import { looked } from '../protocol/text/issue.js';
import { jobAnswers } from './job-answers.js';
import { jobCalls } from './job-calls.js';
import { jobNamed } from './job-named.js';
import { type AskEither, olderForms } from './older-forms.js';
import { pieceSource } from './piece-source.js';
import { rpcCall } from './rpc-client.js';

/** Longer texts of the manager are cut, characters. */
const longestText = 4096;

const desc = z
  .string()
  .nullish()
  .transform((text) => (text === null || text === undefined ? null : shortText(text, longestText)));
const { deals, onChain, ticket } = jobAnswers;
const submitted = z.object({ Res: z.number().int(), Desc: desc, ...onChain });
const polled = z.object({ State: z.number().int(), Desc: desc, ...onChain });
const seed = z.object({
  ...onChain,
  ShouldWait: z.boolean(),
  Delay: z.number(),
  Seed: z
    .object({ Seed: z.base64(), Epoch: z.number().int() })
    .nullish()
    .transform((found) => found ?? null),
});

/** Not every upstream manager answers a report: a part that is missing or cannot be read is ignored, the others are used. */
const verdict = z
  .object({
    Finalized: z.boolean().nullish().catch(null),
    AbortReason: z.string().nullish().catch(null),
    /** Only sent by our managers. */
    ByHeartbeat: z.boolean().nullish().catch(null),
  })
  .nullable()
  .catch(null)
  .transform((told) => ({
    finalized: told?.Finalized ?? false,
    abortReason: told?.AbortReason ? shortText(told.AbortReason, longestText) : null,
    ...(told?.ByHeartbeat ? { byHeartbeat: true } : {}),
  }));

const timeoutMs = 15_000;
/** Upstream's manager shows the level as it was sent. */
const wireReport = ({ Failure, ...report }: StateReport) => ({
  ...report,
  Failure: Failure && { ...Failure, Level: wireLevel(Failure.Level) },
});
const wireId = (id: SectorId) => ({ Miner: id.miner, Number: id.number });

/** What a worker knows about its manager, and what it sends about itself. */
export interface ManagerLink {
  /** The worker's own id. */
  readonly worker: string;
  /**
   * The manager that a call is for: the one that gave out the current sector or job, else the one that this worker
   * works for; null if neither is known. @throws other_manager, not_your_sector when another one is known to answer
   */
  meant(given: GivenBy | null | undefined): string | null;
  /** Records which manager answered; null = it sent no id. On disk when it resolves. */
  answered(manager: string | null): Promise<void>;
  /** @throws other_manager, not_your_sector when a manager other than `meant` answers */
  check(given: GivenBy | null | undefined): void;
  usedNumbers(): Promise<readonly UsedNumber[]>;
  /** Records a number that was given out to this worker. On disk when it resolves. */
  used(id: SectorId): Promise<void>;
}

export interface SectorClient extends SectorService {
  /** The same service for a current sector or job; null if it was given out without a request. */
  holding(given: GivenBy | null): SectorService;
}

/** The manager's sector service over JSON-RPC; every answer is parsed once, here. */
export function sectorClient(
  manager: {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly pieceToken?: string | undefined;
  },
  link?: ManagerLink,
): SectorClient {
  const either = olderForms();
  const of = (given: GivenBy | null | undefined) => serviceOf(manager, link, given, either);
  return { ...of(undefined), holding: of };
}

/** Calls that some upstream managers know only in their older form. */
function eitherForm(
  call: <T>(schema: z.ZodType<T>, name: string, ...params: readonly unknown[]) => Promise<T>,
  either: AskEither,
): Pick<SectorService, 'submitPersisted' | 'waitSeed'> {
  return {
    submitPersisted: (id, instance, isUpgrade) => {
      const newer = () => call(z.boolean(), 'SubmitPersistedEx', wireId(id), instance, isUpgrade);
      // The older form is only for a sealed sector.
      if (isUpgrade) return newer();
      const older = () => call(z.boolean(), 'SubmitPersisted', wireId(id), instance);
      return either('SubmitPersisted', newer, older);
    },
    waitSeed: (id, proofType) => {
      const newer = () => call(seed, 'WaitSeed', wireId(id), proofType);
      return either('WaitSeed', newer, () => call(seed, 'WaitSeed', wireId(id)));
    },
  };
}

/** Calls to a manager about a sector or job that was given out under `given`. */
function asking(
  manager: Parameters<typeof sectorClient>[0],
  link: ManagerLink | undefined,
  given: GivenBy | null | undefined,
) {
  const headersOf = (meant: string | null) => ({
    ...manager.headers,
    ...(link ? { [identityHeaders.worker]: link.worker } : {}),
    ...(meant === null ? {} : { [identityHeaders.expects]: meant }),
    ...(given?.request ? { [identityHeaders.given]: given.request } : {}),
  });
  const answered = async (id: string | null) => {
    await link?.answered(id);
    link?.check(given);
  };
  const asked = async (name: string, params: readonly unknown[]) => {
    const headers = headersOf(link?.meant(given) ?? null);
    let answering: string | null = null;
    let whyNone: string | undefined;
    try {
      const answer = await rpcCall(`${manager.url}/rpc/v0`, `Venus.${name}`, params, {
        headers,
        timeoutMs,
        onManager: (id) => {
          answering = id;
        },
        onWhyNone: (why) => {
          whyNone = why;
        },
      });
      await answered(answering);
      return { answer, by: answering, whyNone };
    } catch (thrown) {
      // A refusal is also an answer.
      if (answering !== null && systemCodeOf(thrown) === 'other_manager') await link?.answered(answering);
      throw thrown;
    }
  };
  const told = async <T>(schema: z.ZodType<T>, name: string, params: readonly unknown[]) => {
    const { answer, by, whyNone } = await asked(name, params);
    const { data, fault } = looked(schema, answer);
    if (fault === undefined) return { data, by, whyNone };
    throw new SealvisorError(
      'bad_answer',
      `Venus.${name} got an answer of another shape from ${new URL(manager.url).host}: ${fault}${jobNamed(name, answer)}`,
    );
  };
  const call = async <T>(schema: z.ZodType<T>, name: string, ...params: readonly unknown[]): Promise<T> =>
    (await told(schema, name, params)).data;
  return { headersOf, answered, told, call };
}

const nothing = z.unknown().transform(() => undefined);

function serviceOf(
  manager: Parameters<typeof sectorClient>[0],
  link: ManagerLink | undefined,
  given: GivenBy | null | undefined,
  either: AskEither,
): SectorService {
  const { headersOf, answered, told, call } = asking(manager, link, given);
  return {
    ...jobCalls(told, link, either),
    ...eitherForm(call, either),
    acquireDeals: (id, spec) => call(deals.nullable(), 'AcquireDeals', wireId(id), spec),
    assignTicket: (id) => call(ticket, 'AssignTicket', wireId(id)),
    submitPreCommit: (sector, info, reset) => call(submitted, 'SubmitPreCommit', sector, info, reset),
    pollPreCommitState: (id) => call(polled, 'PollPreCommitState', wireId(id)),
    submitProof: (id, proof, reset) => call(submitted, 'SubmitProof', wireId(id), proof, reset),
    pollProofState: (id) => call(polled, 'PollProofState', wireId(id)),
    reportState: (id, report) => call(verdict, 'ReportState', wireId(id), wireReport(report)),
    reportFinalized: (id) => call(nothing, 'ReportFinalized', wireId(id)),
    reportAborted: (id, reason) => call(nothing, 'ReportAborted', wireId(id), reason),
    submitSnapUpProof: (id, proof) => call(submitted, 'SubmitSnapUpProof', wireId(id), proof),
    achieveUnsealSector: (id, pieceCid, errInfo) =>
      call(nothing, 'AchieveUnsealSector', wireId(id), { '/': pieceCid }, errInfo),
    acquireUnsealDest: (id, pieceCid) =>
      call(jobAnswers.dests, 'AcquireUnsealDest', wireId(id), { '/': pieceCid }),
    storeReserveSpace: (id, size, candidates) =>
      call(jobAnswers.store.nullable(), 'StoreReserveSpace', wireId(id), size, candidates),
    storeBasicInfo: (name) => call(jobAnswers.store.nullable(), 'StoreBasicInfo', name),
    wdPoStHeartbeatJobs: (jobIds, workerName) => call(nothing, 'WdPoStHeartbeatJobs', jobIds, workerName),
    wdPoStFinishJob: (jobId, output, errorReason) =>
      call(nothing, 'WdPoStFinishJob', jobId, output, errorReason),
    pieceSource: (pieceCid) =>
      pieceSource(pieceCid, {
        ...{ url: manager.url, pieceToken: manager.pieceToken, timeoutMs },
        meant: () => {
          const meant = link?.meant(given) ?? null;
          return meant === null ? null : headersOf(meant);
        },
        answered,
      }),
  };
}
