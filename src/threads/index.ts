export { type AddressOptions, type AddressStats, ThreadAddress } from './address.js';
export { threadCount, threadLimit } from './admission.js';
export {
  type EntryOptions,
  type MachineOptions,
  type PerStart,
  type ThreadChildOptions,
  threadChild,
} from './child.js';
export { handOver } from './hand-over.js';
export { awaitHost, type Host, threadHost, type Verbs } from './host.js';
export type { ThreadChild, ThreadStats } from './incarnation.js';
export type { Delivery } from './outbox.js';
export type { SnapshotNews } from './plain-snapshot.js';
export { type SpareOptions, type SpareStats, type SpareThreads, spareThreads } from './spares.js';
