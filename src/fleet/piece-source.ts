/**
 * Where a piece is fetched. The fetch is a plain GET, also by processors that do not know managers' ids: so the id of
 * the serving manager is checked before the fetch, and again by a stage that could not add the piece.
 */
import { identityHeaders } from '../protocol/identity.js';
import { requestJson } from './http-client.js';

export interface PieceSourceOptions {
  /** The manager's URL, without a path. */
  readonly url: string;
  readonly pieceToken: string | undefined;
  /** Headers for the expected manager; null if no manager id is known: then nothing is checked. */
  readonly meant: () => Readonly<Record<string, string>> | null;
  /** The manager with this id answered. @throws other_manager, not_your_sector when it is not the expected one */
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
    // An answer without an id may be from a gateway: the fetch itself shows whether the piece is there.
    if (typeof manager === 'string' && manager !== '') await options.answered(manager);
  }
  return { url, headers };
}
