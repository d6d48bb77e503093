/** Who gives a command, as the caller states it (`alice@laptop`), which proves nothing; and the command's id. */

/** Header that names who gives a command; a `by` in the body takes precedence. */
export const byHeader = 'x-sealvisor-by';

/** Longest that is taken. */
export const longestBy = 128;

/** Header with a command's id: a repeat is done only once. An `id` in the body takes precedence. */
export const commandHeader = 'x-sealvisor-command';

/** Longest that is taken. */
export const longestCommandId = 200;
