/** A figure is always a ratio: what we take, beside the floor or peer measured in the same run. */

export const median = (values) => quantile(values, 0.5);

export function quantile(values, q) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}

/** One line of the report; `most` or `least` is the promised ratio. Returns whether it was kept. */
export function report({ what, ours, floor, unit, most, least }) {
  const ratio = ours / floor;
  const kept = most === undefined ? (least === undefined ? undefined : ratio >= least) : ratio <= most;
  const wanted = most === undefined ? (least === undefined ? '' : `at least ${least}x`) : `at most ${most}x`;
  const mark = kept === undefined ? '' : kept ? 'kept' : 'FELL SHORT';
  const figure = (value) => `${value.toFixed(value < 10 ? 2 : 0)} ${unit}`;
  const cells = [what.padEnd(58), figure(ours).padStart(12), figure(floor).padStart(12)];
  console.log([...cells, `${ratio.toFixed(2)}x`.padStart(8), wanted.padEnd(16), mark].join(' '));
  return kept !== false;
}

export function head(title) {
  console.log(`\n${title.padEnd(58)} ${'ours'.padStart(12)} ${'floor'.padStart(12)} ${'ratio'.padStart(8)}`);
}
