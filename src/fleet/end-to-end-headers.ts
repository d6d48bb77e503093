/** Which headers of a message are forwarded to the next server, and which are hop-by-hop (RFC 9110, section 7.6.1). */

const ofOneConnection = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export type HeaderPair = readonly [name: string, value: string];

/** End-to-end headers of node's `rawHeaders` (name, value, name, value), without `butNot`; spelling, order and repeats are kept. */
export function endToEndHeaders(raw: readonly string[], butNot: ReadonlySet<string>): readonly HeaderPair[] {
  const pairs: HeaderPair[] = [];
  const named = new Set<string>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name = '', value = ''] = [raw[at], raw[at + 1]];
    const plain = name.toLowerCase();
    if (plain === 'connection') for (const token of value.split(',')) named.add(token.trim().toLowerCase());
    if (!ofOneConnection.has(plain) && !butNot.has(plain)) pairs.push([name, value]);
  }
  return named.size === 0 ? pairs : pairs.filter(([name]) => !named.has(name.toLowerCase()));
}
