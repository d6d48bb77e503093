import { describe, expect, test } from 'vitest';
import {
  endStates,
  missingFor,
  planState,
  plans,
  possibleStates,
  sealer,
  stagesBetween,
} from '#machines/index.js';

/** docs/spec.md#plans: the lines and the stages shown, word for word. */
const told: Readonly<
  Record<
    string,
    {
      readonly lines: readonly string[];
      readonly shown: string;
      readonly processors: Readonly<Record<string, string>>;
    }
  >
> = {
  sealer: {
    lines: [
      `Empty --Allocate--> Allocated --AcquireDeals--> DealsAcquired --AddPiece--> PieceAdded --BuildTreeD--> TreeDBuilt
--AssignTicket--> TicketAssigned --PC1--> PC1Done --PC2--> PC2Done --SubmitPC--> PCSubmitted --CheckPC--> PCLanded
--Persist--> Persisted --SubmitPersistance--> PersistanceSubmitted --AssignSeed--> SeedAssigned --C1--> C1Done
--C2--> C2Done --SubmitProof--> ProofSubmitted --Finish--> Finished`,
      'PCSubmitted --ReSubmitPC--> PC2Done',
      'ProofSubmitted --ReSubmitProof--> C2Done',
      'PC1Done --PC2NeedSyntheticProof--> SyntheticPoRepNeeded --SyntheticPoRep--> PC2Done',
    ],
    shown: `Empty - Allocated AcquireDeals DealsAcquired AddPieces PieceAdded TreeD TreeDBuilt AssignTicket
TicketAssigned PC1 PC1Done PC2 SyntheticPoRepNeeded SyntheticPoRep PC2Done SubmitPreCommit PCSubmitted WaitPCLanded
PCLanded PersistFiles Persisted SubmitPersisted PersistanceSubmitted WaitSeed SeedAssigned C1 C1Done C2
C2Done SubmitProof ProofSubmitted WaitProofLanded Finished - Aborted -`,
    processors: {
      AddPieces: 'add_pieces',
      TreeD: 'tree_d',
      PC1: 'pc1',
      PC2: 'pc2',
      SyntheticPoRep: 'synth_proof',
      PersistFiles: 'transfer',
      C1: 'c1',
      C2: 'c2',
    },
  },
  niporep: {
    lines: [
      `Empty --Allocate--> Allocated --AcquireDeals--> DealsAcquired --AddPiece--> PieceAdded --BuildTreeD--> TreeDBuilt
--AssignTicket--> TicketAssigned --PC1--> PC1Done --PC2--> PC2Done --Persist--> Persisted
--SubmitPersistance--> PersistanceSubmitted --AssignSeed--> SeedAssigned --C1--> C1Done
--C2--> C2Done --SubmitProof--> ProofSubmitted --Finish--> Finished`,
      'ProofSubmitted --ReSubmitProof--> C2Done',
    ],
    shown: `Empty - Allocated AcquireDeals DealsAcquired AddPieces PieceAdded TreeD TreeDBuilt AssignTicket
TicketAssigned PC1 PC1Done PC2 PC2Done PersistFiles Persisted SubmitPersisted PersistanceSubmitted WaitSeed
SeedAssigned C1 C1Done C2 C2Done SubmitProof ProofSubmitted WaitProofLanded Finished - Aborted -`,
    processors: {
      AddPieces: 'add_pieces',
      TreeD: 'tree_d',
      PC1: 'pc1',
      PC2: 'pc2',
      PersistFiles: 'transfer',
      C1: 'c1',
      C2: 'c2',
    },
  },
  snapup: {
    lines: [
      `Empty --AllocatedSnapUpSector--> Allocated --AddPiece--> PieceAdded --BuildTreeD--> TreeDBuilt --SnapEncode-->
SnapEncoded --SnapProve--> SnapProved --Persist--> Persisted --Finish--> Finished`,
      'Persisted --RePersist--> SnapProved',
    ],
    shown: `Empty - Allocated AddPieces PieceAdded TreeD TreeDBuilt SnapEncode SnapEncoded SnapProve
SnapProved PersistFiles Persisted SubmitSnapupProof Finished - Aborted -`,
    processors: {
      AddPieces: 'add_pieces',
      TreeD: 'tree_d',
      SnapEncode: 'snap_encode',
      SnapProve: 'snap_prove',
      PersistFiles: 'transfer',
    },
  },
  rebuild: {
    lines: [
      `Empty --AllocatedRebuildSector--> Allocated --AddPiece--> PieceAdded --BuildTreeD--> TreeDBuilt --PC1--> PC1Done
--PC2--> PC2Done --CheckSealed--> SealedChecked`,
      'SealedChecked --SkipSnap--> SnapDone',
      `SealedChecked --AddPiece--> SnapPieceAdded --BuildTreeD--> SnapTreeDBuilt --SnapEncode--> SnapEncoded --SnapProve-->
SnapDone`,
      'SnapDone --Persist--> Persisted --SubmitPersistance--> Finished',
      'PC1Done --PC2NeedSyntheticProof--> SyntheticPoRepNeeded --SyntheticPoRep--> PC2Done',
    ],
    shown: `Empty - Allocated AddPieces PieceAdded TreeD TreeDBuilt PC1 PC1Done PC2
SyntheticPoRepNeeded SyntheticPoRep PC2Done C1 SealedChecked PrepareForSnapup SnapPieceAdded TreeD
SnapTreeDBuilt SnapEncode SnapEncoded SnapProve SnapDone PersistFiles Persisted SubmitPersisted Finished - Aborted -`,
    processors: {
      AddPieces: 'add_pieces',
      TreeD: 'tree_d',
      PC1: 'pc1',
      PC2: 'pc2',
      SyntheticPoRep: 'synth_proof',
      C1: 'c1',
      PrepareForSnapup: 'add_pieces',
      SnapEncode: 'snap_encode',
      SnapProve: 'snap_prove',
      PersistFiles: 'transfer',
    },
  },
  unseal: {
    lines: [
      'Empty --AllocatedUnsealSector--> Allocated --UnsealDone--> Unsealed --UploadPieceDone--> Finished',
    ],
    shown: 'Empty - Allocated Unseal Unsealed UploadPiece Finished - Aborted -',
    processors: { Unseal: 'unseal', UploadPiece: 'transfer' },
  },
  wdpost: {
    lines: ['Empty --Allocated--> Allocated --Generate--> Generated --Finish--> Finished'],
    shown: 'Empty - Allocated Generate Generated SubmitProof Finished - Aborted -',
    processors: { Generate: 'window_post' },
  },
};

/** `A --e--> B --f--> C` as edges. */
function edgesOf(line: string) {
  const words = line.split(/-->\s*|\s*--/);
  const edges: { from: string | undefined; event: string | undefined; to: string | undefined }[] = [];
  for (let at = 0; at + 2 < words.length; at += 2)
    edges.push({ from: words[at], event: words[at + 1], to: words[at + 2] });
  return edges;
}

const everything = { outputs: sealer.states.flatMap((state) => state.needs.outputs), hasFile: () => true };
const nothing = { outputs: [], hasFile: () => false };

function stateNamed(name: string) {
  const state = planState(sealer, name);
  if (!state) throw new Error(`no state ${name}`);
  return state;
}

test('every plan is told of, and known by its name', () => {
  expect(Object.keys(plans)).toEqual(Object.keys(told));
  for (const [name, plan] of Object.entries(plans)) expect(plan.name).toBe(name);
  expect(endStates).toEqual(['Finished', 'Aborted']);
  expect(planState(sealer, 'Melted')).toBeUndefined();
});

describe.each(Object.values(plans))('the plan $name is the table of docs/spec.md#plans', (plan) => {
  const { lines = [], shown = '', processors = {} } = told[plan.name] ?? {};
  const words = shown.split(/\s+/);
  const stages = words.flatMap((word, at) => (at % 2 === 0 ? [[word, words[at + 1]]] : []));

  test('its edges are those of its lines', () => {
    const wanted = lines.flatMap(edgesOf);
    expect(wanted.length).toBeGreaterThan(2);
    expect(plan.edges).toHaveLength(wanted.length);
    expect(new Set(plan.edges.map((edge) => JSON.stringify(edge)))).toEqual(
      new Set(wanted.map((edge) => JSON.stringify(edge))),
    );
  });

  test('its states, in their order, have the stages that are shown', () => {
    expect(plan.states.map(({ name, stage }) => [name, stage])).toEqual(stages);
  });

  test('its states come in the order of its main line', () => {
    const names = plan.states.map((state) => state.name);
    const line = ['Empty', ...edgesOf(lines[0] ?? '').map((edge) => edge.to)];
    expect(names.filter((name) => line.includes(name))).toEqual(line);
  });

  test('each heavy stage has a processor by a name of docs/spec.md#processor-protocol; the others have none', () => {
    const found = plan.states.flatMap(({ stage, processor }) => (processor ? [[stage, processor]] : []));
    expect(Object.fromEntries(found)).toEqual(processors);
  });

  test('an operator can send a job on to Aborted always, to Empty and Finished never', () => {
    const full = { outputs: plan.states.flatMap(({ needs }) => needs.outputs), hasFile: () => true };
    const possible = possibleStates(plan, full);
    expect(possible).toEqual(
      words.filter((word, at) => at % 2 === 0 && word !== 'Empty' && word !== 'Finished'),
    );
    expect(possibleStates(plan, { outputs: [], hasFile: () => false })).toContain('Aborted');
  });
});

test.each(Object.values(plans))(
  'an output of $name that goes with another goes with one that states need',
  (plan) => {
    const needed = plan.states.flatMap(({ needs }) => needs.outputs);
    for (const [key, life] of Object.entries(plan.keeps ?? {})) {
      expect(needed).not.toContain(key);
      if (typeof life === 'object') expect(needed).toContain(life.with);
    }
  },
);

describe('what a state needs', () => {
  test('C1Done without a C1 output names just that', () => {
    const outputs = everything.outputs.filter((key) => key !== 'c1' && key !== 'c2');
    expect(missingFor(stateNamed('C1Done'), { ...everything, outputs })).toEqual(['c1']);
    expect(missingFor(stateNamed('SeedAssigned'), { ...everything, outputs })).toEqual([]);
  });

  test('a missing file is named by the plan, after missing outputs', () => {
    const holdings = { outputs: ['deals'], hasFile: (name: string) => name !== 'tree-d' };
    expect(missingFor(stateNamed('TreeDBuilt'), holdings)).toEqual(['pieces', 'tree_d', 'tree-d']);
  });

  test('with everything there, every state is possible but Empty and Finished, in plan order', () => {
    const names = sealer.states.map((state) => state.name);
    expect(possibleStates(sealer, everything)).toEqual(
      names.filter((name) => name !== 'Empty' && name !== 'Finished'),
    );
  });

  test('with nothing there, Allocated and Aborted are possible', () => {
    expect(possibleStates(sealer, nothing)).toEqual(['Allocated', 'Aborted']);
  });

  test('layers that are gone rule out PC2 and what rests on the local files, not the proof that is made already', () => {
    const possible = possibleStates(sealer, { ...everything, hasFile: (name) => name === 'staged' });
    expect(possible).toEqual([
      'Allocated',
      'DealsAcquired',
      'PieceAdded',
      'C1Done',
      'C2Done',
      'ProofSubmitted',
      'Aborted',
    ]);
  });

  test('along the main line no state needs less output than the one before', () => {
    const line = ['Empty', ...edgesOf(told.sealer?.lines[0] ?? '').map((edge) => edge.to ?? '')];
    for (const [index, name] of line.slice(1).entries()) {
      const before = stateNamed(line[index] ?? '').needs.outputs;
      expect(stateNamed(name).needs.outputs).toEqual(expect.arrayContaining([...before]));
    }
  });
});

describe('stagesBetween', () => {
  test('names the stages from the first state, included, to the second, excluded', () => {
    expect(stagesBetween(sealer, 'PC1Done', 'C1Done')).toEqual([
      'PC2',
      'SubmitPreCommit',
      'WaitPCLanded',
      'PersistFiles',
      'SubmitPersisted',
      'WaitSeed',
      'C1',
    ]);
  });

  test('is empty for the same state, backwards, and for a state nobody knows', () => {
    expect(stagesBetween(sealer, 'C1Done', 'C1Done')).toEqual([]);
    expect(stagesBetween(sealer, 'C1Done', 'PC1Done')).toEqual([]);
    expect(stagesBetween(sealer, 'PCSubmitted', 'PC2Done')).toEqual([]);
    expect(stagesBetween(sealer, 'C1Done', 'Melted')).toEqual([]);
    expect(stagesBetween(sealer, 'Melted', 'C1Done')).toEqual([]);
  });

  test('the synthetic stage counts only for a sector that starts there', () => {
    expect(stagesBetween(sealer, 'SyntheticPoRepNeeded', 'PCLanded')).toEqual([
      'SyntheticPoRep',
      'SubmitPreCommit',
      'WaitPCLanded',
    ]);
    expect(stagesBetween(sealer, 'TicketAssigned', 'SyntheticPoRepNeeded')).toEqual(['PC1', 'PC2']);
    expect(stagesBetween(sealer, 'TicketAssigned', 'PC2Done')).toEqual(['PC1', 'PC2']);
  });

  test('a sector with synthetic PoRep goes through its own stage', () => {
    for (const plan of [sealer, plans.rebuild])
      expect(stagesBetween(plan, 'PC1Done', 'PC2Done', 'synthetic')).toEqual(['PC2', 'SyntheticPoRep']);
    expect(stagesBetween(sealer, 'TicketAssigned', 'Finished', 'synthetic')).toContain('SyntheticPoRep');
    expect(stagesBetween(sealer, 'TicketAssigned', 'PC1Done', 'synthetic')).toEqual(['PC1']);
  });

  test('where the line forks it follows the branch that leads there', () => {
    const { rebuild } = plans;
    expect(stagesBetween(rebuild, 'PC2Done', 'SnapEncoded')).toEqual([
      'C1',
      'PrepareForSnapup',
      'TreeD',
      'SnapEncode',
    ]);
    expect(stagesBetween(rebuild, 'PC2Done', 'SnapDone')).toEqual(['C1', 'PrepareForSnapup']);
    expect(stagesBetween(rebuild, 'SnapTreeDBuilt', 'Finished')).toEqual([
      'SnapEncode',
      'SnapProve',
      'PersistFiles',
      'SubmitPersisted',
    ]);
  });

  test('giving up skips all that is left', () => {
    expect(stagesBetween(sealer, 'C1Done', 'Aborted')).toEqual(['C2', 'SubmitProof', 'WaitProofLanded']);
  });
});
