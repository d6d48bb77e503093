/** The `VenusWorker.` namespace over the worker's control. */
import * as z from 'zod';
import { SealvisorError } from '../../protocol/errors.js';
import { shortText } from '../../protocol/some-of.js';
import { toFieldThread } from '../../protocol/upstream-thread.js';
import type { Worker } from '../../worker/worker.js';
import type { RpcMethod } from '../json-rpc.js';
import { parse } from '../parse.js';

export function workerMethods({ control, version }: Worker): Readonly<Record<string, RpcMethod>> {
  const methods: Record<string, RpcMethod> = {};
  const on = (
    method: string,
    names: readonly string[],
    call: (by: string, ...params: unknown[]) => unknown,
  ) => {
    // A test of the app has no address.
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
  on('WorkerList', [], () => control.threads().map((view) => toFieldThread(view, Date.now())));
  on('WorkerPause', ['index'], async (by, at) => (await control.pause(index(at), { by })).changed);
  on('WorkerResume', ['index', 'state'], async (by, at, to) => {
    const state = parse(z.string().max(64).nullish(), to, 'state');
    return (await control.resume(index(at), { state, by })).changed;
  });
  on('WorkerVersion', [], () => version);
  const named = (name: unknown) => (typeof name === 'string' ? name : (JSON.stringify(name) ?? 'nothing'));
  on('WorkerSetEnv', ['name', 'value'], async (by, name, value) => {
    // What is not a text is not shown: it may be a secret all the same.
    if (typeof value !== 'string')
      throw new SealvisorError('invalid_request', 'value: expected a text, as the variable is to be');
    await control.setEnv(named(name), value, { by });
    return null;
  });
  on('WorkerRemoveEnv', ['name'], async (by, name) => {
    await control.removeEnv(named(name), { by });
    return null;
  });
  return methods;
}
