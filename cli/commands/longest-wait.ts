/** Default timeout of `pause --wait`; in its own file, because the help of every command loads it. */
export const longestWait = '10m';
