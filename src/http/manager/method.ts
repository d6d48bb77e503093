/** How modules add methods to the `Venus.` namespace. */
import type { SectorId } from '../../protocol/sector.js';
import type { RpcCaller } from '../json-rpc.js';

/** Adds a method: its parameters' names in order, and the function that answers it. */
export type OnMethod = (
  method: string,
  names: readonly string[],
  call: (...params: unknown[]) => unknown,
) => void;

/** As `OnMethod`, for a method whose answer depends on the caller. */
export type OnCaller = (
  method: string,
  names: readonly string[],
  call: (params: readonly unknown[], caller: RpcCaller) => unknown,
) => void;

/** As `OnMethod`, for a method that allocates a sector or job: an empty answer comes with the reason. */
export type OnAllocation = <S>(
  method: string,
  names: readonly string[],
  read: (spec: unknown) => S,
  give: (spec: S, caller: RpcCaller, params: readonly unknown[]) => unknown,
  whyNone: (spec: S, params: readonly unknown[]) => string,
) => void;

/** As `OnMethod`, for a method about the sector in the first parameter: only the worker that it was given to is answered. */
export type OnSector = (
  method: string,
  names: readonly string[],
  call: (id: SectorId, ...params: unknown[]) => unknown,
) => void;

/** An `OnAllocation` that adds its methods with `add`. */
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
