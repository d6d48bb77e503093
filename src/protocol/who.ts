/** Who gives a command, as it says of itself (`alice@laptop`): nowhere a proof. */

/** Header of a command that says it; a body's `by` comes first. */
export const byHeader = 'x-sealvisor-by';

/** Longest that is taken. */
export const longestBy = 128;
