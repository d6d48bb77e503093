/**
 * Resolved by package name, because this module may run from a bundle in another place; and only on use, so that a
 * bundle without machines does not need the package.
 */
export function machineEntry(): URL {
  return new URL(import.meta.resolve('sealvisor/threads/machine-main'));
}
