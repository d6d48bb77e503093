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

/** SPEC section 2, sealer, word for word. */
const mainLine = `Empty --Allocate--> Allocated --AcquireDeals--> DealsAcquired --AddPiece--> PieceAdded --BuildTreeD--> TreeDBuilt
--AssignTicket--> TicketAssigned --PC1--> PC1Done --PC2--> PC2Done --SubmitPC--> PCSubmitted --CheckPC--> PCLanded
--Persist--> Persisted --SubmitPersistance--> PersistanceSubmitted --AssignSeed--> SeedAssigned --C1--> C1Done
--C2--> C2Done --SubmitProof--> ProofSubmitted --Finish--> Finished`;
const sideLines = [
  'PCSubmitted --ReSubmitPC--> PC2Done',
  'ProofSubmitted --ReSubmitProof--> C2Done',
  'PC1Done --PC2NeedSyntheticProof--> SyntheticPoRepNeeded --SyntheticPoRep--> PC2Done',
];

const shownStages = {
  Empty: '-',
  Allocated: 'AcquireDeals',
  DealsAcquired: 'AddPieces',
  PieceAdded: 'TreeD',
  TreeDBuilt: 'AssignTicket',
  TicketAssigned: 'PC1',
  PC1Done: 'PC2',
  SyntheticPoRepNeeded: 'SyntheticPoRep',
  PC2Done: 'SubmitPreCommit',
  PCSubmitted: 'WaitPCLanded',
  PCLanded: 'PersistFiles',
  Persisted: 'SubmitPersisted',
  PersistanceSubmitted: 'WaitSeed',
  SeedAssigned: 'C1',
  C1Done: 'C2',
  C2Done: 'SubmitProof',
  ProofSubmitted: 'WaitProofLanded',
  Finished: '-',
  Aborted: '-',
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

describe('the sealer plan is the table of SPEC section 2', () => {
  test('its edges are those of the main line, the two back edges and the synthetic edge', () => {
    const wanted = [mainLine, ...sideLines].flatMap(edgesOf);
    expect(wanted).toHaveLength(20);
    expect(sealer.edges).toHaveLength(wanted.length);
    expect(new Set(sealer.edges.map((edge) => JSON.stringify(edge)))).toEqual(
      new Set(wanted.map((edge) => JSON.stringify(edge))),
    );
  });

  test('its states are those on the lines, Finished and Aborted, in the order of the main line', () => {
    const names = sealer.states.map((state) => state.name);
    expect(new Set(names)).toEqual(new Set(Object.keys(shownStages)));
    expect(names).toHaveLength(new Set(names).size);
    const onMainLine = ['Empty', ...edgesOf(mainLine).map((edge) => edge.to)];
    expect(names.filter((name) => onMainLine.includes(name))).toEqual(onMainLine);
    expect(endStates).toEqual(['Finished', 'Aborted']);
  });

  test.each(Object.entries(shownStages))('the stage shown for %s is %s', (state, stage) => {
    expect(stateNamed(state).stage).toBe(stage);
  });

  test('each heavy stage has a processor by a name of SPEC section 5; chain stages have none', () => {
    const processors = sealer.states.flatMap(({ stage, processor }) =>
      processor ? [[stage, processor]] : [],
    );
    expect(Object.fromEntries(processors)).toEqual({
      AddPieces: 'add_pieces',
      TreeD: 'tree_d',
      PC1: 'pc1',
      PC2: 'pc2',
      SyntheticPoRep: 'synth_proof',
      PersistFiles: 'transfer',
      C1: 'c1',
      C2: 'c2',
    });
  });

  test('it is known by its name', () => {
    expect(plans[sealer.name]).toBe(sealer);
    expect(planState(sealer, 'Melted')).toBeUndefined();
  });
});

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
    const line = ['Empty', ...edgesOf(mainLine).map((edge) => edge.to ?? '')];
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

  test('giving up skips all that is left', () => {
    expect(stagesBetween(sealer, 'C1Done', 'Aborted')).toEqual(['C2', 'SubmitProof', 'WaitProofLanded']);
  });
});
