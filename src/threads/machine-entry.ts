/**
 * By the package's own name for it: this module may run from a bundle that lies elsewhere. Asked when it is needed: a
 * bundle without machines needs no package beside it.
 */
export function machineEntry(): URL {
  return new URL(import.meta.resolve('sealvisor/threads/machine-main'));
}
