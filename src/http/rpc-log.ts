/** What the manager did for its workers, as lines of its log. */
import { messageOf } from '../protocol/errors.js';
import type { Log } from '../protocol/log.js';
import { formatSectorId } from '../protocol/sector.js';
import type { RpcMethod } from './json-rpc.js';
import { workerLog } from './worker/log.js';

export type ManagerLog = Pick<Log, 'warn' | 'info' | 'debug'>;

type Values = Readonly<Record<string, unknown>>;

/** A line for a call that was answered, null when it changed nothing. */
type Line = (params: readonly unknown[], result: unknown) => string | null;

/** The same methods, which log what they did, and what they refused. */
export function loggedMethods(
  methods: Readonly<Record<string, RpcMethod>>,
  log: ManagerLog,
): Readonly<Record<string, RpcMethod>> {
  const workers = workerLog(log);
  const reports = reportLog(log);
  const logged = Object.entries(methods).map(([name, method]): [string, RpcMethod] => {
    const line = lines[name.replace(/^Venus\./, '')];
    const call: RpcMethod['call'] = async (params, caller) => {
      try {
        const result = await method.call(params, caller);
        if (name === 'Venus.WorkerPing') workers.seen(valuesOf(params[0]));
        if (name === 'Venus.WorkerPingInfoRemove') workers.removed(textOf(params[0]));
        if (name === 'Venus.ReportState') reports(params, result);
        const done = line?.(params, result) ?? null;
        if (done !== null) log.info(done, about(params[0] ?? result));
        return result;
      } catch (error) {
        log.warn(`${name} failed: ${messageOf(error)}`, about(params[0]));
        throw error;
      }
    };
    return [name, { ...method, call }];
  });
  return Object.fromEntries(logged);
}

const lines: Readonly<Record<string, Line>> = {
  AllocateSector: given('sector'),
  AllocateSanpUpSector: given('the upgrade of sector'),
  AllocateRebuildSector: given('the rebuild of sector'),
  AllocateUnsealSector: given('an unseal of sector'),
  WdPoStAllocateJobs: ([, , worker], result) =>
    Array.isArray(result) && result.length > 0
      ? `gave out ${result.map((job) => textOf(valuesOf(job).ID)).join(', ')} to ${textOf(worker)}`
      : null,
  AcquireDeals: ([id], result) =>
    Array.isArray(result) && result.length > 0
      ? `sector ${sectorText(id)} has ${result.length} piece${result.length === 1 ? '' : 's'}`
      : null,
  AssignTicket: ([id], result) =>
    `sector ${sectorText(id)} has its ticket of epoch ${textOf(valuesOf(result).Epoch)}`,
  SubmitPreCommit: ([sector], result) => submitted('pre-commit', sector, result),
  SubmitProof: ([id], result) => submitted('proof', id, result),
  SubmitSnapUpProof: ([id], result) => submitted('upgrade proof', id, result),
  SubmitPersistedEx: ([id, instance]) => `sector ${sectorText(id)} is persisted in ${textOf(instance)}`,
  ReportFinalized: ([id]) => `sector ${sectorText(id)} is finalized`,
  ReportAborted: ([id, reason]) => `sector ${sectorText(id)} is given up by its worker: ${textOf(reason)}`,
  AchieveUnsealSector: ([id, , fault]) =>
    `the unseal of sector ${sectorText(id)} ${textOf(fault) === '' ? 'is done' : `failed: ${textOf(fault)}`}`,
  WdPoStFinishJob: ([job, , fault]) =>
    `${textOf(job)} ${textOf(fault) === '' ? 'is done' : `failed: ${textOf(fault)}`}`,
};

function given(what: string): Line {
  return (_, result) => {
    const id = sectorText(result);
    return id === '' ? null : `gave out ${what} ${id}`;
  };
}

/** The answers of a submission (docs/spec.md#rpc). */
const answers: Readonly<Record<number, string>> = { 1: 'accepted', 2: 'known already', 3: 'refused' };

function submitted(what: string, sector: unknown, result: unknown): string {
  const { Res, Desc } = valuesOf(result);
  const why = textOf(Desc) === '' ? '' : `: ${textOf(Desc)}`;
  return `the ${what} of sector ${sectorText(sector)} is ${answers[Number(Res)] ?? `answered ${textOf(Res)}`}${why}`;
}

/** What a worker only says again is no news. */
function reportLog(log: ManagerLog) {
  const latest = new Map<string, string>();
  return (params: readonly unknown[], result: unknown): void => {
    const { sector, news, line, isOver } = report(params, result);
    const isNews = latest.get(sector) !== news;
    log[isNews ? 'info' : 'debug'](line, about(params[0]));
    if (isOver) latest.delete(sector);
    else latest.set(sector, news);
  };
}

function report([id, body]: readonly unknown[], result: unknown) {
  const { StateChange, Worker, Failure } = valuesOf(body);
  const { Prev, Next } = valuesOf(StateChange);
  const fault = valuesOf(Failure);
  const failed = Failure ? `: ${textOf(fault.Level).toLowerCase()}: ${textOf(fault.Desc)}` : '';
  const change = Prev === Next ? `at ${textOf(Next)}` : `${textOf(Prev)} -> ${textOf(Next)}`;
  const abort = textOf(valuesOf(result).AbortReason);
  const answer = abort === '' ? '' : `; it is told to give it up: ${abort}`;
  const sector = sectorText(id);
  const rest = `on ${textOf(valuesOf(Worker).Instance)}${failed}${answer}`;
  const state = textOf(Next);
  const isOver = state === 'Finished' || state === 'Aborted' || state === 'Empty';
  return { sector, news: `${state} ${rest}`, line: `sector ${sector} ${change} ${rest}`, isOver };
}

const valuesOf = (value: unknown): Values =>
  // Read as what it may be: each field is looked at before it is shown.
  typeof value === 'object' && value !== null ? (value as Values) : {};

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** Of an id, or of what has one; empty for what has none. */
function sectorText(value: unknown): string {
  const found = valuesOf(value);
  const { Miner, Number: number } = valuesOf(found.ID ?? valuesOf(found.Sector).ID ?? found);
  return typeof Miner === 'number' && typeof number === 'number'
    ? formatSectorId({ miner: Miner, number })
    : '';
}

function about(value: unknown): { readonly sector?: string } {
  const sector = sectorText(value);
  return sector === '' ? {} : { sector };
}
