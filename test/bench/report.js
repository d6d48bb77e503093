/** A figure is always told beside the floor or peer measured in the same run. */

export const median = (values) => quantile(values, 0.5);

export function quantile(values, q) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}

/** In the short form a part shows only that it works: its figures mean nothing. */
export const isShort = process.env.BENCH_FORM === 'short';

/** How often something is measured, or how large it is. */
export const often = (full, short = 1) => (isShort ? short : full);

/** @typedef {{ most?: number, least?: number, mostMore?: number, below?: number }} Promised */

/**
 * One line of the report. What is promised: `most` or `least`, a ratio; `mostMore`, how far above the floor; `below`, the
 * figure itself. Returns whether it was kept.
 * @param {{ what: string, ours: number, floor: number, unit: string } & Promised} line
 */
export function report({ what, ours, floor, unit, ...promise }) {
  const { kept, wanted } = judged(ours, floor, unit, promise);
  const mark = kept === undefined ? '' : kept ? 'kept' : 'FELL SHORT';
  const figure = (value) => `${value.toFixed(value < 10 ? 2 : 0)} ${unit}`;
  const cells = [what.padEnd(58), figure(ours).padStart(12), figure(floor).padStart(12)];
  console.log([...cells, `${(ours / floor).toFixed(2)}x`.padStart(8), wanted.padEnd(18), mark].join(' '));
  return kept !== false;
}

/** @param {number} ours @param {number} floor @param {string} unit @param {Promised} promise */
function judged(ours, floor, unit, { most, least, mostMore, below }) {
  if (most !== undefined) return { kept: ours / floor <= most, wanted: `at most ${most}x` };
  if (least !== undefined) return { kept: ours / floor >= least, wanted: `at least ${least}x` };
  if (mostMore !== undefined)
    return { kept: ours - floor <= mostMore, wanted: `at most ${mostMore} ${unit} more` };
  if (below !== undefined) return { kept: ours < below, wanted: `under ${below} ${unit}` };
  return { kept: undefined, wanted: '' };
}

export function head(title) {
  console.log(`\n${title.padEnd(58)} ${'ours'.padStart(12)} ${'floor'.padStart(12)} ${'ratio'.padStart(8)}`);
}
