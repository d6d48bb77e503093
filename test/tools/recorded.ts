/** What upstream's programs of a version said and were answered, by method: what the programs in this directory are made from. */

import { misfit, type Shape, shapeOf } from './shape.js';
import { allExchanges, type Exchange } from './traffic.js';

export type Version = Exchange['version'];

const exchanges = allExchanges().filter(
  ({ asked, method }) => asked === 'manager' && method.startsWith('Venus.'),
);
const nameOf = ({ method }: Exchange) => method.slice('Venus.'.length);
const those = (version: Version, caller: Exchange['caller'], name: string) =>
  exchanges.filter((each) => each.version === version && each.caller === caller && nameOf(each) === name);

/** Methods that a manager of the version has, as its own clients call them. */
export function methodsOf(version: Version): ReadonlySet<string> {
  return new Set(
    exchanges.filter((each) => each.version === version && each.caller === 'upstream').map(nameOf),
  );
}

/** How many parameters upstream's own callers of the version give. */
export function paramsOf(version: Version, name: string): number {
  return Math.max(0, ...those(version, 'upstream', name).map(({ params }) => params.length));
}

/** The richest result that upstream's manager of the version gave; a copy. @throws when none was recorded */
export function resultOf(version: Version, name: string): Record<string, unknown> {
  const results = those(version, 'ours', name).map(({ answer }) => answer?.result);
  const objects = results.filter((result) => typeof result === 'object' && result !== null);
  const richest = objects.toSorted((a, b) => JSON.stringify(b).length - JSON.stringify(a).length)[0];
  if (richest === undefined) throw new Error(`no result of ${name} was recorded in ${version}`);
  // It is an object, or a list of them.
  return structuredClone(richest) as Record<string, unknown>;
}

const shapes = new Map<string, Shape>();

function shaped(key: string, values: () => readonly unknown[]): Shape {
  const known = shapes.get(key) ?? shapeOf(values());
  shapes.set(key, known);
  return known;
}

/** What decides the work: Go takes a zero where such a key is left out, and works with that. */
const needed =
  /^(ID|Miner|Number|ProofType|CommR|CommD|Ticket|Proof|Pieces|AccessInstance|Name|Dest|Worker|StateChange|Next|Prev|\/)$/;

/** Go's struct of bytes takes a list of numbers, as its Rust worker writes them, beside the base64 that its own client was recorded with. */
const alsoRead: Readonly<Record<string, readonly unknown[]>> = {
  WdPoStFinishJob: ['id', { proofs: [[1]], faults: [1] }, ''],
};

/** What upstream's manager of the version could not read of a request, or would read as a zero. */
export function requestFault(version: Version, name: string, params: readonly unknown[]): string | undefined {
  for (const [at, param] of params.entries()) {
    const asked = () => [
      ...those(version, 'upstream', name).map((each) => each.params[at]),
      ...(alsoRead[name] ? [alsoRead[name][at]] : []),
    ];
    const shape = asGoReads(shaped(`${version} ${name} asked ${at}`, asked));
    const fault = misfit(param, shape, `${name} ${at}`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Null is taken for a zero, too, where nobody needs the value. */
function asGoReads({ kinds, keys, items }: Shape): Shape {
  const read = [...keys].map(([name, { shape, isAlways }]) => {
    const isNeeded = isAlways && needed.test(name);
    const found = asGoReads(shape);
    const taken = isNeeded ? found : { ...found, kinds: new Set([...found.kinds, 'null' as const]) };
    return [name, { shape: taken, isAlways: isNeeded }] as const;
  });
  return { kinds, keys: new Map(read), items: items && asGoReads(items) };
}

/** Answers of ours that upstream's worker failed on when it was recorded (docs/spec.md#rpc: ReportState, pieces). */
const failedOn = new Set(['ReportState', 'AcquireDeals', 'AllocateSanpUpSector', 'AllocateRebuildSector']);

/** Structs of both versions; v0.2's mock manager never has a caller wait, and never fails a message. */
const unchanged = new Set(['WaitSeed', 'PollPreCommitState', 'PollProofState']);

/** Of a Go struct, and read by no worker of v0.2. */
const unread = { 'v0.2': new Set(['Proposal']), today: new Set<string>() };

/** What upstream's worker of the version could not read of a result: Rust refuses what is missing or of another kind. */
export function resultFault(version: Version, name: string, result: unknown): string | undefined {
  const answered = () => {
    const versions: readonly Version[] = unchanged.has(name) ? ['v0.2', 'today'] : [version];
    const byWorker = versions
      .flatMap((each) => those(each, 'upstream', name))
      .filter(({ at }) => at.startsWith('rpc-damocles-worker-'));
    const taken = failedOn.has(name) ? [] : byWorker;
    const byManagers = versions.flatMap((each) => those(each, 'ours', name));
    return [...byManagers, ...taken].flatMap(({ answer }) =>
      answer && 'result' in answer ? [answer.result] : [],
    );
  };
  return misfit(result, without(shaped(`${version} ${name} answered`, answered), unread[version]), name);
}

function without(shape: Shape, names: ReadonlySet<string>): Shape {
  const keys = [...shape.keys].flatMap(([name, key]) =>
    names.has(name) ? [] : [[name, { ...key, shape: without(key.shape, names) }] as const],
  );
  return { ...shape, keys: new Map(keys), items: shape.items && without(shape.items, names) };
}
