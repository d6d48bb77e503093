/** By the package's own name for it: this module may run from a bundle that lies elsewhere. */
export const machineEntry = new URL(import.meta.resolve('#src/threads/machine-main.js'));
