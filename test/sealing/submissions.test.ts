/** A submission whose answer was not heard is asked again, not doubled: the thread's stages over a real manager. */
import { expect, test } from 'vitest';
import { SealvisorError } from '#src/protocol/errors.js';
import type { SectorService } from '#src/protocol/sealer.js';
import { failureOf } from '#src/sealing/runner.js';
import type { Stage } from '#src/sealing/stage.js';
import { submitPreCommit, submitProof, waitPreCommit, waitProof } from '#src/sealing/stages/chain.js';
import { realService } from '../tools/manager/service.js';
import { setup as manage } from '../tools/manager/setup.js';
import { outputsAfter, stageContext } from '../tools/sealing/stage-context.js';

const bytes = (byte: number) => Array.from({ length: 32 }, () => byte);
const outputs = {
  ticket: { Ticket: Buffer.alloc(32, 1).toString('base64'), Epoch: 0 },
  deals: [],
  pc2: { comm_r: bytes(1), comm_d: bytes(2) },
  c2: { proof: bytes(3) },
};
const id = { miner: 10000, number: 2 };

const kinds = [
  ['preCommit', submitPreCommit, waitPreCommit, 'CheckPC', 'ReSubmitPC'],
  ['proof', submitProof, waitProof, 'Finish', 'ReSubmitProof'],
] as const;

async function setup(options: Parameters<typeof manage>[0] = {}) {
  const fixture = await manage(options);
  for (let count = 0; count < 2; count += 1) fixture.manager.sectors.allocate(null, null);
  const run = (stage: Stage, service: Partial<SectorService>, of: Record<string, unknown> = outputs) =>
    stage(stageContext({ outputs: of, service }).context);
  return { ...fixture, run };
}

/** A manager that is killed when it has written what it was sent, before it answers. */
function deaf(service: SectorService): SectorService {
  const unheard = async (call: Promise<unknown>): Promise<never> => {
    await call;
    throw new SealvisorError('unreachable', 'cannot reach the manager (ECONNRESET)');
  };
  return {
    ...service,
    submitPreCommit: (...args) => unheard(service.submitPreCommit(...args)),
    submitProof: (...args) => unheard(service.submitProof(...args)),
  };
}

test.each(kinds)(
  'a %s that was answered but not heard is one message; the thread goes on',
  async (kind, submit, wait, done) => {
    const { manager, restart, epochs, run } = await setup();
    const unheard: unknown = await run(submit, deaf(realService(manager.sectors))).catch(
      (error: unknown) => error,
    );
    expect(failureOf(unheard)).toMatchObject({ level: 'temporary' });
    const { sectors } = await restart();
    const again = await run(submit, realService(sectors));
    expect(sectors.view(id).messages[kind]).toBe(1);
    epochs(1);
    expect(await run(wait, realService(sectors), outputsAfter(outputs, again))).toEqual({ event: done });
  },
);

test.each(kinds)(
  'a %s that failed on chain is sent once more, also when that answer is not heard',
  async (kind, submit, wait, done, resubmit) => {
    const { manager, epochs, run } = await setup({ fails: (of, _, nth) => of === kind && nth === 1 });
    const service = realService(manager.sectors);
    const first = outputsAfter(outputs, await run(submit, service));
    epochs(1);
    const failed = await run(wait, service, first);
    expect(failed.event).toBe(resubmit);
    const reset = outputsAfter(first, failed);
    await run(submit, deaf(service), reset).catch(() => undefined);
    const second = outputsAfter(reset, await run(submit, service, reset));
    expect(manager.sectors.view(id).messages[kind]).toBe(2);
    epochs(1);
    expect(await run(wait, service, second)).toEqual({ event: done });
  },
);

test.each(kinds)(
  'a sector given up at the manager is lost to the %s, whichever way it asks',
  async (_, submit, wait) => {
    const { manager, run } = await setup();
    manager.sectors.abort(id, { reason: 'disk lost' });
    for (const stage of [submit, wait])
      await expect(run(stage, realService(manager.sectors))).rejects.toMatchObject({
        level: 'abort',
        message: expect.stringContaining('disk lost'),
      });
  },
);
