/** Emits events for what the manager did for its workers. */

import { faultFields } from '../protocol/events/event.js';
import type { Emit, LogEvent } from '../protocol/events/table.js';
import { fieldsOf } from '../protocol/json-object.js';
import { formatSectorId } from '../protocol/sector.js';
import type { RpcMethod } from './json-rpc.js';

/** The event of an answered call; null if it changed nothing. */
type Done = (params: readonly unknown[], result: unknown) => LogEvent | null;

/** The same methods, with events for what they did and refused. */
export function loggedMethods(
  methods: Readonly<Record<string, RpcMethod>>,
  emit: Emit,
): Readonly<Record<string, RpcMethod>> {
  const reports = reportEvents();
  const logged = Object.entries(methods).map(([name, method]): [string, RpcMethod] => {
    const done = name === 'Venus.ReportState' ? reports : doneEvents[name.replace(/^Venus\./, '')];
    const call: RpcMethod['call'] = async (params, caller) => {
      try {
        const result = await method.call(params, caller);
        const event = done?.(params, result) ?? null;
        if (event !== null) emit(event);
        return result;
      } catch (error) {
        emit({ event: 'call.refused', method: name, sector: sectorOf(params[0]), ...faultFields(error) });
        throw error;
      }
    };
    return [name, { ...method, call }];
  });
  return Object.fromEntries(logged);
}

const doneEvents: Readonly<Record<string, Done>> = {
  AllocateSector: (_, result) => {
    const sector = sectorOf(result);
    return sector === undefined ? null : { event: 'sector.given', sector };
  },
  AllocateSanpUpSector: jobGiven('the upgrade'),
  AllocateRebuildSector: jobGiven('the rebuild'),
  AllocateUnsealSector: jobGiven('an unseal'),
  WdPoStAllocateJobs: ([, , worker], result) =>
    Array.isArray(result) && result.length > 0
      ? {
          event: 'windowProof.given',
          jobs: result.map((job) => textOf(fieldsOf(job).Id)),
          worker: textOf(worker),
        }
      : null,
  AcquireDeals: ([id], result) =>
    Array.isArray(result) && result.length > 0
      ? { event: 'sector.dealsAcquired', sector: sectorText(id), pieces: result.length }
      : null,
  AssignTicket: ([id], result) => ({
    event: 'sector.ticketAssigned',
    sector: sectorText(id),
    epoch: textOf(fieldsOf(result).Epoch),
  }),
  SubmitPreCommit: submitted('pre-commit'),
  SubmitProof: submitted('proof'),
  SubmitSnapUpProof: submitted('upgrade proof'),
  SubmitPersistedEx: ([id, instance]) => ({
    event: 'sector.persisted',
    sector: sectorText(id),
    store: textOf(instance),
  }),
  ReportFinalized: ([id]) => ({ event: 'sector.finalized', sector: sectorText(id) }),
  ReportAborted: ([id, reason]) => ({
    event: 'sector.aborted',
    sector: sectorText(id),
    reason: textOf(reason),
  }),
  AchieveUnsealSector: ([id, , fault]) => ({
    event: 'unseal.ended',
    sector: sectorText(id),
    reason: textOf(fault) || undefined,
  }),
  WdPoStFinishJob: ([job, , fault]) => ({
    event: 'windowProof.ended',
    job: textOf(job),
    reason: textOf(fault) || undefined,
  }),
};

function jobGiven(job: string): Done {
  return (_, result) => {
    const sector = sectorOf(result);
    return sector === undefined ? null : { event: 'job.given', job, sector };
  };
}

/** The answers of a submission (docs/spec.md#rpc). */
const answers: Readonly<Record<number, string>> = { 1: 'accepted', 2: 'known already', 3: 'refused' };

function submitted(submission: string): Done {
  return ([sector], result) => {
    const { Res, Desc } = fieldsOf(result);
    return {
      event: 'sector.submitted',
      sector: sectorText(sector),
      submission,
      answer: answers[Number(Res)] ?? `answered ${textOf(Res)}`,
      reason: textOf(Desc) || undefined,
    };
  };
}

/** A repeated report gets an event of its own, as it is not news. */
function reportEvents(): Done {
  const latest = new Map<string, string>();
  return (params, result) => {
    const report = reportOf(params, result);
    const { sector, to, worker, severity, reason, abortReason } = report;
    const news = JSON.stringify([to, worker, severity, reason, abortReason]);
    const isNews = latest.get(sector) !== news;
    if (to === 'Finished' || to === 'Aborted' || to === 'Empty') latest.delete(sector);
    else latest.set(sector, news);
    return { event: isNews ? 'sector.reported' : 'sector.reportedAgain', ...report };
  };
}

function reportOf([id, body]: readonly unknown[], result: unknown) {
  const { StateChange, Worker, Failure } = fieldsOf(body);
  const { Prev, Next } = fieldsOf(StateChange);
  const { Level, Desc } = fieldsOf(Failure);
  return {
    sector: sectorText(id),
    from: textOf(Prev),
    to: textOf(Next),
    worker: textOf(fieldsOf(Worker).Instance),
    ...(Failure ? { severity: textOf(Level).toLowerCase(), reason: textOf(Desc) } : {}),
    abortReason: textOf(fieldsOf(result).AbortReason) || undefined,
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** The sector of an id, or of an object that has one; undefined if there is none. */
function sectorOf(value: unknown): string | undefined {
  const found = fieldsOf(value);
  const { Miner, Number: number } = fieldsOf(found.ID ?? fieldsOf(found.Sector).ID ?? found);
  return typeof Miner === 'number' && typeof number === 'number'
    ? formatSectorId({ miner: Miner, number })
    : undefined;
}

const sectorText = (value: unknown) => sectorOf(value) ?? '';
