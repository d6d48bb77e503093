/** Who gives a command, as it says of itself (`alice@laptop`): nowhere a proof; and which command it is. */

/** Header of a command that says who gives it; a body's `by` comes first. */
export const byHeader = 'x-sealvisor-by';

/** Longest that is taken. */
export const longestBy = 128;

/** Header of a command with its id, under which it is done once; a body's `id` comes first. */
export const commandHeader = 'x-sealvisor-command';

/** Longest that is taken. */
export const longestCommandId = 200;
