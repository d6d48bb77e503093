/** A worker may say whose sectors it takes, and of which size; nothing, or an empty list, is anything. Pure. */
export function isAllowed<T>(allowed: readonly T[] | null, ...names: readonly T[]): boolean {
  return allowed === null || allowed.length === 0 || names.some((name) => allowed.includes(name));
}
