/** Why a worker's request for a sector or job is answered with none: one sentence, with what to do. Pure. */
import type { JobKind } from '../../protocol/job-view.js';
import { proofTypeIfKnown, proofTypeOfNumber } from '../../protocol/sector.js';
import { someOf } from '../../protocol/some-of.js';
import { isAllowed } from './allowed.js';

/** What a worker asks for; null = anything. Proof types are numbers, those of window proofs names. */
export interface Wanted {
  readonly miners: readonly number[] | null;
  readonly proofTypes: readonly (number | string)[] | null;
}

/** What the manager has. `proofNames`: other names of the proof type. */
export interface Offered {
  readonly miner: number;
  readonly proofType: number;
  readonly proofNames?: readonly string[];
}

const sizeOf = (proofType: number) => proofTypeOfNumber(proofType).text;

/** An upstream worker may ask for a proof type that is unknown here. */
function sizeAsked(proofType: number | string): string {
  if (typeof proofType === 'string') return proofType;
  return proofTypeIfKnown(proofType)?.text ?? `proof type ${proofType}`;
}

/** The size matches but the kind of PoRep does not: the worker takes only some proof types of that size. */
function mismatchOfFeature(asked: readonly (number | string)[], proofType: number): string | undefined {
  const { size, text, feature } = proofTypeOfNumber(proofType);
  const known = asked.filter((each) => typeof each === 'number' && proofTypeIfKnown(each)?.size === size);
  if (known.length === 0) return undefined;
  const advice =
    feature === 'synthetic'
      ? 'update the worker, or start the manager without --use-synthetic-porep'
      : 'have the worker ask another manager';
  return `wrong proof type: this manager has sectors of ${text} with proof type ${proofType} (${feature} PoRep), and the thread takes of that size only proof type ${someOf(known.map(String))}; ${advice}`;
}

/** How the request differs from what the manager has, in miner, size or proof type; undefined if it does not. */
export function mismatch(wanted: Wanted, offered: Offered): string | undefined {
  const { miner, proofType, proofNames = [] } = offered;
  if (!isAllowed(wanted.miners, miner)) {
    const asked = someOf((wanted.miners ?? []).map((each) => `t0${each}`));
    return `wrong miner: this manager seals for t0${miner}, and the thread takes only ${asked}; set its sealing.allowed_miners to [${miner}], or have the worker ask the manager of ${asked}`;
  }
  if (!isAllowed(wanted.proofTypes, proofType, ...proofNames)) {
    const feature = mismatchOfFeature(wanted.proofTypes ?? [], proofType);
    if (feature !== undefined) return feature;
    const [size, asked] = [sizeOf(proofType), someOf([...new Set((wanted.proofTypes ?? []).map(sizeAsked))])];
    return `wrong sector size: this manager has sectors of ${size}, and the thread takes only ${asked}; set its sealing.allowed_sizes to ["${size}"], or have the worker ask another manager`;
  }
  return undefined;
}

export function whyNoSector(
  wanted: Wanted,
  offered: Offered & { readonly isFull: boolean; readonly limit: number },
): string {
  const other = mismatch(wanted, offered);
  if (other !== undefined) return other;
  if (offered.isFull)
    return `the manager has given out all ${offered.limit} sector${offered.limit === 1 ? '' : 's'} of its limit: start it with a higher one`;
  return 'no deals: no piece is waiting to be sealed; put files into the pieces directory of the manager, which picks them up';
}

const nouns: Readonly<Record<JobKind, string>> = {
  snapup: 'upgrade',
  rebuild: 'rebuild',
  unseal: 'unseal',
  wdpost: 'window proof',
};

/** `open`: the jobs of that kind that are not over. */
export function whyNoJob(kind: JobKind, wanted: Wanted, open: readonly Offered[]): string {
  const noun = nouns[kind];
  if (open.length === 0)
    return `no ${noun} was requested: \`venus-sector-manager util sealer ${kind}\` requests one`;
  const others = open.map((each) => mismatch(wanted, each));
  const first = others.find((each) => each !== undefined);
  if (first !== undefined && !others.includes(undefined)) return first;
  const only = kind === 'unseal' ? ' (a piece of an upgraded sector is given to sealvisor workers only)' : '';
  return `no ${noun} is free: each of the ${open.length} that were requested is at a worker, or its sector has another job${only}; \`venus-sector-manager util sealer jobs\` shows them`;
}
