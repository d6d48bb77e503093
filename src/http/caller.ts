import type { Context } from 'hono';

/** The address that a request came from, IPv4 as such; undefined where there is no connection, as in a test of the app. */
export function callerAddress(c: Context): string | undefined {
  // Hono's server puts node's own request there.
  const { incoming } = (c.env ?? {}) as {
    readonly incoming?: { readonly socket?: { readonly remoteAddress?: string | undefined } };
  };
  return incoming?.socket?.remoteAddress?.replace(/^::ffff:(?=\d+\.)/, '');
}
