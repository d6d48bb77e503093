/** What the tests use of it. */
export function compiledPath(path: string): string;
export function withDigest(code: Uint8Array): Buffer;
export function entryOf(path: string): string;
