/** The ways that jobs go, state by state, with the call and the file of each stage's middle. */
import {
  type Plan,
  planState,
  plans,
  rebuild,
  sealer,
  snapup,
  stageName,
  unseal,
  wdpost,
} from '#machines/index.js';

export interface Course {
  readonly plan: Plan;
  /** From Empty to Finished. */
  readonly states: readonly string[];
  /** The stage's call to the manager. */
  readonly callOf: Readonly<Record<string, string>>;
  /** A file that the stage writes. */
  readonly fileOf: Readonly<Record<string, string>>;
}

/** A stage's name in the configuration, and of the gate at its end. */
export const gateOf = ({ plan }: Course, state: string) => stageName(planState(plan, state));

const statesOf = (plan: Plan, ...without: readonly string[]) =>
  plan.states.map(({ name }) => name).filter((name) => name !== 'Aborted' && !without.includes(name));

/** The persisted file that has the sector's name has no gate of its own. */
export const sealing: Course = {
  plan: sealer,
  states: statesOf(sealer, 'SyntheticPoRepNeeded'),
  callOf: {
    Empty: 'AllocateSector',
    Allocated: 'AcquireDeals',
    TreeDBuilt: 'AssignTicket',
    PC2Done: 'SubmitPreCommit',
    PCSubmitted: 'PollPreCommitState',
    Persisted: 'SubmitPersistedEx',
    PersistanceSubmitted: 'WaitSeed',
    C2Done: 'SubmitProof',
    ProofSubmitted: 'PollProofState',
    Finished: 'ReportFinalized',
    Aborted: 'ReportAborted',
  },
  fileOf: {
    DealsAcquired: 'staged',
    PieceAdded: 'sc-02-data-tree-d.dat',
    TicketAssigned: 'sc-02-data-layer-1.dat',
    PC1Done: 'sealed',
    PCLanded: 't_aux',
  },
};

export const withoutPreCommit: Course = {
  plan: plans.niporep,
  states: statesOf(plans.niporep),
  callOf: sealing.callOf,
  fileOf: { ...sealing.fileOf, PC2Done: 't_aux' },
};

/** What is kept has the sector's name, and no other stage writes that: it is the first of its world. */
const theSector = 's-t010000-1';

export const upgrading: Course = {
  plan: snapup,
  states: statesOf(snapup),
  callOf: { Empty: 'AllocateSanpUpSector', Persisted: 'SubmitSnapUpProof', Finished: 'ReportFinalized' },
  fileOf: {
    Allocated: 'snap-staged',
    PieceAdded: 'sc-02-data-tree-d.dat',
    TreeDBuilt: 'update',
    SnapProved: theSector,
  },
};

/** Of an upgraded sector. */
export const rebuilding: Course = {
  plan: rebuild,
  states: statesOf(rebuild, 'SyntheticPoRepNeeded'),
  callOf: { Empty: 'AllocateRebuildSector', Persisted: 'SubmitPersistedEx', Finished: 'ReportFinalized' },
  fileOf: {
    Allocated: 'staged',
    PieceAdded: 'sc-02-data-tree-d.dat',
    TreeDBuilt: 'sc-02-data-layer-1.dat',
    PC1Done: 'sealed',
    SealedChecked: 'snap-staged',
    SnapPieceAdded: 'sc-02-data-tree-d.dat',
    SnapTreeDBuilt: 'update',
    SnapDone: theSector,
  },
};

export const unsealing: Course = {
  plan: unseal,
  states: statesOf(unseal),
  callOf: { Empty: 'AllocateUnsealSector', Unsealed: 'AcquireUnsealDest', Finished: 'ReportFinalized' },
  fileOf: { Allocated: 'sc-02-data-layer-1.dat' },
};

export const proving: Course = {
  plan: wdpost,
  states: statesOf(wdpost),
  callOf: { Empty: 'WdPoStAllocateJobs', Generated: 'WdPoStFinishJob' },
  fileOf: {},
};
