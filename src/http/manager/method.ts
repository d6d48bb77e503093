/** How a file of methods adds its own to the `Venus.` namespace. */
import type { SectorId } from '../../protocol/sector.js';
import type { RpcCaller } from '../json-rpc.js';

/** Adds a method: its parameters' names in their positions, and what it answers. */
export type OnMethod = (
  method: string,
  names: readonly string[],
  call: (...params: unknown[]) => unknown,
) => void;

/** As `OnMethod`, of a method whose answer depends on the caller. */
export type OnCaller = (
  method: string,
  names: readonly string[],
  call: (params: readonly unknown[], caller: RpcCaller) => unknown,
) => void;

/** As `OnMethod`, of a method that gives a job: where there is none, the answer says why. */
export type OnAllocation = <S>(
  method: string,
  names: readonly string[],
  read: (spec: unknown) => S,
  give: (spec: S, caller: RpcCaller, params: readonly unknown[]) => unknown,
  whyNone: (spec: S, params: readonly unknown[]) => string,
) => void;

/** Of a sector that was given out, named by the first parameter: answered to who has it alone. */
export type OnSector = (
  method: string,
  names: readonly string[],
  call: (id: SectorId, ...params: unknown[]) => unknown,
) => void;

/** Such methods, added by `add`. */
export function allocations(add: OnCaller): OnAllocation {
  return (method, names, read, give, whyNone) =>
    add(method, names, (params, caller) => {
      const spec = read(params[0]);
      const given = give(spec, caller, params);
      const isNone = given === null || (Array.isArray(given) && given.length === 0);
      if (isNone) caller.explain?.(whyNone(spec, params));
      return given;
    });
}
