/**
 * Where a piece is fetched. That is a plain GET, done by processors that know nothing of managers' ids as well: so who
 * serves the piece is asked before it is fetched, and again by a stage that could not add it.
 */
import { identityHeaders } from '../protocol/identity.js';
import { requestJson } from './http-client.js';

export interface PieceSourceOptions {
  /** Of the manager, without a path. */
  readonly url: string;
  readonly pieceToken: string | undefined;
  /** Headers of a request to the manager that is meant; null where none is known by its id: then nobody is asked. */
  readonly meant: () => Readonly<Record<string, string>> | null;
  /** The manager of this id answered. @throws other_manager, not_your_sector when it is not the one that is meant */
  readonly answered: (manager: string) => Promise<void>;
  readonly timeoutMs: number;
}

/** @throws what `meant` and `answered` do; unreachable, deadline_exceeded */
export async function pieceSource(pieceCid: string, options: PieceSourceOptions) {
  const { pieceToken, timeoutMs } = options;
  const url = `${options.url}/piecestore/${pieceCid}`;
  const headers: Record<string, string> =
    pieceToken === undefined ? {} : { authorization: `Bearer ${pieceToken}` };
  const meant = options.meant();
  if (meant !== null) {
    const answer = await requestJson({ method: 'HEAD', url, headers: { ...meant, ...headers }, timeoutMs });
    const manager = answer.headers?.[identityHeaders.manager];
    // What says nothing may be a gateway: whoever fetches the piece finds out.
    if (typeof manager === 'string' && manager !== '') await options.answered(manager);
  }
  return { url, headers };
}
