/** The `VenusWorker.` namespace over the worker's control. Each command takes an id as its last parameter; upstream's callers send none. */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { SealvisorError } from '../../protocol/errors.js';
import { shortText } from '../../protocol/some-of.js';
import { toUpstreamThread } from '../../protocol/upstream-thread.js';
import type { Worker } from '../../worker/worker.js';
import type { RpcMethod } from '../json-rpc.js';
import { parse } from '../parse.js';
import { commandIdText } from '../who.js';

export function workerMethods({ control, version }: Worker): Readonly<Record<string, RpcMethod>> {
  const methods: Record<string, RpcMethod> = {};
  const on = (
    method: string,
    names: readonly string[],
    call: (by: string, ...params: unknown[]) => unknown,
  ) => {
    // A test of the app has no caller address.
    methods[`VenusWorker.${method}`] = { names, call: (params, { by = 'json-rpc' }) => call(by, ...params) };
  };
  const index = (value: unknown): number => {
    if (typeof value === 'number') return value;
    const last = control.threads().length - 1;
    throw new SealvisorError(
      'invalid_request',
      `index ${shortText(JSON.stringify(value) ?? 'is missing')}: expected a thread's index, 0 to ${last}`,
    );
  };
  on('WorkerList', [], () => control.threads().map((view) => toUpstreamThread(view, Date.now())));
  const commandId = (given: unknown) => parse(commandIdText.nullish(), given, 'id') ?? randomUUID();
  on('WorkerPause', ['index', 'id'], async (by, at, id) => {
    const { changed } = await control.pause(index(at), { by, id: commandId(id) });
    return changed;
  });
  on('WorkerResume', ['index', 'state', 'id'], async (by, at, to, id) => {
    const state = parse(z.string().max(64).nullish(), to, 'state');
    return (await control.resume(index(at), { state, by, id: commandId(id) })).changed;
  });
  on('WorkerVersion', [], () => version);
  const named = (name: unknown) => (typeof name === 'string' ? name : (JSON.stringify(name) ?? 'nothing'));
  on('WorkerSetEnv', ['name', 'value', 'id'], async (by, name, value, id) => {
    // The value is not shown in the error, as it may be a secret.
    if (typeof value !== 'string')
      throw new SealvisorError('invalid_request', 'value: expected a text, as the variable is to be');
    await control.setEnv(named(name), value, { by, id: commandId(id) });
    return null;
  });
  on('WorkerRemoveEnv', ['name', 'id'], async (by, name, id) => {
    await control.removeEnv(named(name), { by, id: commandId(id) });
    return null;
  });
  return methods;
}
