/** What a call says of its sector: of the recorded ones as they were, of any other nothing that breaks. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Sighting, stepOf } from '#src/manager/upstream/sighting.js';
import { allExchanges } from '../../tools/traffic.js';

const recorded = allExchanges().filter(({ asked, answer }) => asked === 'manager' && answer !== undefined);
const callOf = ({ method, params, answer }: (typeof recorded)[number]) => ({
  method: method.replace('Venus.', ''),
  params,
  answer: answer?.error ? { error: answer.error.message } : { result: answer?.result ?? null },
});

test('reports, submissions and allocations of either version are read', () => {
  const read = new Set(
    recorded
      .map(callOf)
      .filter(stepOf)
      .map(({ method }) => method),
  );
  for (const method of [
    ...['AllocateSector', 'AllocateSanpUpSector', 'AllocateRebuildSector', 'AllocateUnsealSector'],
    ...['AcquireDeals', 'AssignTicket', 'SubmitPreCommit', 'SubmitProof', 'SubmitSnapUpProof'],
    ...['SubmitPersisted', 'SubmitPersistedEx', 'ReportState', 'ReportFinalized', 'ReportAborted'],
  ])
    expect(read).toContain(method);
});

test('whatever stands in a call or its answer, reading it throws nothing and decides nothing', () => {
  const any = fc.anything();
  fc.assert(
    fc.property(
      fc.constantFrom(...recorded.map(callOf)),
      fc.array(any, { maxLength: 4 }),
      any,
      fc.boolean(),
      (call, params, result, isAsked) => {
        const mutated = isAsked ? { ...call, params } : { ...call, answer: { result } };
        const step = stepOf(mutated);
        if (!step) return;
        expect(Number.isSafeInteger(step.id.miner) && Number.isSafeInteger(step.id.number)).toBe(true);
        expect(step.text.length).toBeLessThan(20_000);
      },
    ),
  );
});

test.each(['constructor', 'toString', '__proto__'])('a method named %s is no method', (method) => {
  expect(stepOf({ method, params: [{ Miner: 1, Number: 1 }], answer: { result: {} } })).toBeUndefined();
});

test.each([
  ['SubmitPreCommit', 'pre-commit', 'preCommit'],
  ['SubmitProof', 'proof', 'proof'],
] as const)(
  '%s whose first answer nobody heard is counted when it turns out to be there',
  (method, what, kind) => {
    const before = { messages: { preCommit: 0, proof: 0 } } as Sighting;
    const said = (Res: number) =>
      stepOf({ method, params: [{ Miner: 1, Number: 1 }], answer: { result: { Res } } });
    const again = said(2);
    expect(again?.text).toBe(`${what} accepted before (DuplicateSubmit)`);
    const once = { ...before, ...again?.change(before) };
    expect(once.messages[kind]).toBe(1);
    expect({ ...once, ...said(2)?.change(once) }.messages[kind]).toBe(1);
    expect({ ...once, ...said(1)?.change(once) }.messages[kind]).toBe(2);
    expect(said(5)?.text).toBe(`${what} answered with FilesMissed`);
    expect(said(77)?.text).toBe(`${what} answered with 77`);
  },
);
