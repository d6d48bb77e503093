/** How long a pause is waited for; a file of its own, since the help of every command names it. */
export const longestWait = '10m';
