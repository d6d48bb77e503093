import { describe, expect, test } from 'vitest';
import {
  emptyWorkerRecord,
  limitsInForce,
  obeyed,
  type WorkerCommand,
  type WorkerRecord,
} from '#machines/worker-record.js';

const at = '2026-11-22T10:00:00.000Z';
const by = { by: 'alice', reason: 'new disks' };
const earlier = { by: 'bob', reason: null, at: '2026-11-21T08:00:00.000Z' };
const cordon: WorkerCommand = { type: 'WORKER.CORDON', ...by };
const uncordon: WorkerCommand = { type: 'WORKER.UNCORDON', ...by };
const drain = (toFinish = false, deadlineMs: number | null = null): WorkerCommand => ({
  type: 'WORKER.DRAIN',
  ...by,
  toFinish,
  deadlineMs,
});
const limit = (to: number | null, configured: number | null = 2): WorkerCommand => ({
  type: 'WORKER.LIMIT',
  ...by,
  name: 'pc1',
  limit: to,
  configured,
});
const breaker = {
  level: 'permanent',
  message: 'no parameters',
  since: at,
  failed: [0, 1, 2],
  nextProbeAt: at,
} as const;
const other = { ...breaker, message: 'disk full' };
const cordoned = { cordon: earlier };
const draining = { drain: { ...earlier, toFinish: false, deadlineMs: null } };
/** Who set it, in the commands below. */
const set = { by: 'alice', reason: 'new disks', at: '2026-11-22T10:00:00.000Z' };
const byHand = { limits: { pc1: { limit: 4, configured: 2 }, c2: { limit: 1, configured: null } } };
const rest = { c2: byHand.limits.c2 };

const record = (facts: Partial<WorkerRecord>): WorkerRecord => ({ ...emptyWorkerRecord, ...facts });

describe('a command changes the record', () => {
  test.each<[string, Partial<WorkerRecord>, WorkerCommand, Partial<WorkerRecord>]>([
    ['cordon: who, why and since when are kept', {}, cordon, { cordon: { ...by, at } }],
    ['uncordon ends a cordon', cordoned, uncordon, { cordon: null }],
    [
      'uncordon ends a drain, and a cordon before it',
      { ...cordoned, ...draining },
      uncordon,
      { cordon: null, drain: null },
    ],
    ['drain', {}, drain(), { drain: { ...by, at, toFinish: false, deadlineMs: null } }],
    [
      'drain of a cordoned worker keeps the cordon',
      cordoned,
      drain(true),
      { drain: { ...by, at, toFinish: true, deadlineMs: null } },
    ],
    [
      'drain to the end of the sectors instead of the stages',
      draining,
      drain(true),
      { drain: { ...by, at, toFinish: true, deadlineMs: null, earlier: [earlier] } },
    ],
    [
      'drain with another deadline; whose drain was before is kept, for what it paused',
      draining,
      drain(false, 7),
      { drain: { ...by, at, toFinish: false, deadlineMs: 7, earlier: [earlier] } },
    ],
    ['a limit that was none', {}, limit(4, null), { limits: { pc1: { limit: 4, configured: null, set } } }],
    ['a limit that is raised', {}, limit(4), { limits: { pc1: { limit: 4, configured: 2, set } } }],
    ['a limit that is taken away', {}, limit(null), { limits: { pc1: { limit: null, configured: 2, set } } }],
    [
      'a limit that is set again, others stay',
      byHand,
      limit(1),
      { limits: { ...rest, pc1: { limit: 1, configured: 2, set } } },
    ],
    ['a limit that goes back to the file’s is by hand no more', byHand, limit(2), { limits: rest }],
    [
      'a breaker that opens',
      {},
      { type: 'WORKER.BREAKER', stage: 'c2', breaker },
      { breakers: { c2: breaker } },
    ],
    [
      'a breaker that fails for another reason',
      { breakers: { c2: breaker } },
      { type: 'WORKER.BREAKER', stage: 'c2', breaker: other },
      { breakers: { c2: other } },
    ],
    [
      'a breaker that closes, others stay',
      { breakers: { c2: breaker, pc1: other } },
      { type: 'WORKER.BREAKER', stage: 'c2', breaker: null },
      { breakers: { pc1: other } },
    ],
  ])('%s', (_, before, command, changes) => {
    const old = record(before);
    const kept = structuredClone(old);
    expect(obeyed(old, command, at)).toEqual({ ...old, ...changes });
    expect(old).toEqual(kept);
  });
});

describe('a command that changes nothing gives back the same record', () => {
  test.each<[string, Partial<WorkerRecord>, WorkerCommand]>([
    ['cordon of a cordoned worker: who was first stays', cordoned, cordon],
    ['cordon of a draining worker', draining, cordon],
    ['uncordon of a worker that serves', {}, uncordon],
    ['the same drain again', draining, drain()],
    ['a limit that the file sets already', {}, limit(2)],
    ['no limit where there is none', {}, limit(null, null)],
    ['the limit that is set by hand already', byHand, limit(4)],
    [
      'a breaker that is closed already',
      { breakers: { pc1: other } },
      { type: 'WORKER.BREAKER', stage: 'c2', breaker: null },
    ],
  ])('%s', (_, before, command) => {
    const old = record(before);
    expect(obeyed(old, command, at)).toBe(old);
  });
});

describe('the limits in force', () => {
  test.each<[string, WorkerRecord['limits'], Record<string, number>, Record<string, number>]>([
    ['are the file’s when nothing is set by hand', {}, { pc1: 2, c2: 1 }, { pc1: 2, c2: 1 }],
    [
      'are by hand where the file says what it said then',
      { pc1: { limit: 4, configured: 2 } },
      { pc1: 2, c2: 1 },
      { pc1: 4, c2: 1 },
    ],
    [
      'are the file’s again when it says something else',
      { pc1: { limit: 4, configured: 2 } },
      { pc1: 3 },
      { pc1: 3 },
    ],
    ['are none when the file says nothing any more', { pc1: { limit: 4, configured: 2 } }, {}, {}],
    [
      'are by hand where the file still says nothing',
      { pc1: { limit: 4, configured: null } },
      {},
      { pc1: 4 },
    ],
    [
      'are the file’s when it begins to say something',
      { pc1: { limit: 4, configured: null } },
      { pc1: 1 },
      { pc1: 1 },
    ],
    ['are taken away by hand', { pc1: { limit: null, configured: 2 } }, { pc1: 2, c2: 1 }, { c2: 1 }],
  ])('%s', (_, limits, configured, inForce) => {
    expect(limitsInForce(record({ limits }), configured)).toEqual(inForce);
  });

  test('a limit set by hand is the one in force', () => {
    const after = obeyed(emptyWorkerRecord, limit(4), at);
    expect(limitsInForce(after, { pc1: 2 })).toEqual({ pc1: 4 });
    expect(limitsInForce(obeyed(after, limit(2), at), { pc1: 2 })).toEqual({ pc1: 2 });
  });
});
