/**
 * Where upstream's market takes a piece: `market://<store>/<piece cid>?scheme=…&host=…&token=…`, as damocles-manager fills it in and
 * damocles-worker reads it (planner/unseal.rs), is a PUT of `<scheme>://<host>/resource?resource-id=<piece cid>&store=<store>` with the
 * token as its bearer. Pure.
 */
export type MarketTarget =
  | { readonly url: URL; readonly token: string }
  /** Why it is not a valid destination. */
  | { readonly fault: string };

/** What upstream's manager writes when its configuration has no market. */
const noMarket = 'invalid.market.host';

export function marketTarget(dest: URL): MarketTarget {
  const cid = dest.pathname.replace(/^\/+|\/+$/g, '');
  if (dest.host === '') return { fault: 'names no store of the market' };
  const store = decoded(dest.host);
  if (store === undefined) return { fault: 'names a store that is not text in %-encoding' };
  if (cid === '') return { fault: 'names no piece' };
  const [scheme, host, token] = ['scheme', 'host', 'token'].map((key) => dest.searchParams.get(key));
  const missing = Object.entries({ scheme, host, token }).filter(([, value]) => value == null);
  if (scheme == null || host == null || token == null)
    return {
      fault: `does not say where the market is (${missing.map(([key]) => key).join(', ')} missing): see the manager's configuration`,
    };
  if (host === noMarket)
    return { fault: `names the market ${noMarket}: the manager's configuration names no market` };
  const place = `${scheme}://${host}/resource`;
  if (host === '' || !/^https?$/.test(scheme) || !URL.canParse(place))
    return { fault: `names the market as ${scheme}://${host}, which is not a valid http(s) address` };
  // fetch would refuse it with a message that contains the token.
  if (!/^[\t\x20-\x7e]*$/.test(token)) return { fault: 'has a token that no header can hold' };
  const url = new URL(place);
  url.searchParams.set('resource-id', cid);
  url.searchParams.set('store', store);
  return { url, token };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
