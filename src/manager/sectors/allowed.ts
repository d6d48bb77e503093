/** Whether a worker takes one of `names`, which are miners or proof types; null or an empty list allows all. Pure. */
export function isAllowed<T>(allowed: readonly T[] | null, ...names: readonly T[]): boolean {
  return allowed === null || allowed.length === 0 || names.some((name) => allowed.includes(name));
}
