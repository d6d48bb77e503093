/** `GET /piecestore/<cid>`: a piece's payload without padding; a part of it by Range (RFC 9110, one range). */

import { Readable } from 'node:stream';
import type { Hono } from 'hono';
import type { Manager } from '../../manager/manager.js';
import { openPieceFile } from '../../manager/pieces/file.js';
import { messageOf, SealvisorError } from '../../protocol/errors.js';
import { rangeOf } from '../byte-range.js';
import { callerOf } from '../caller.js';
import { webStream } from '../node-side.js';
import { checkMeant } from './meant-manager.js';

export function pieceRoutes(app: Hono, manager: Pick<Manager, 'identity' | 'piece' | 'pieceRoots'>): void {
  app.get('/piecestore/:cid', async (c) => {
    checkMeant(callerOf(c), manager.identity);
    const cid = c.req.param('cid');
    const piece = manager.piece(cid);
    if (!piece) throw new SealvisorError('piece_missing', `no piece ${cid} is known here`);
    const { handle, size, mtimeMs } = await openPieceFile(piece.path, manager.pieceRoots).catch(
      (cause: unknown) => {
        throw new SealvisorError('piece_missing', `piece ${cid} is gone: ${messageOf(cause)}`, { cause });
      },
    );
    // A replaced file gets another etag, so that clients do not join parts of two versions.
    const etag = `"${size}-${mtimeMs}"`;
    const headers = { 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes', etag };
    const ifRange = c.req.header('if-range');
    const isWanted = c.req.method === 'GET' && (ifRange === undefined || ifRange === etag);
    const range = rangeOf(isWanted ? c.req.header('range') : undefined, size);
    if (range === 'none') {
      await handle.close();
      return c.body(null, 416, { ...headers, 'content-range': `bytes */${size}` });
    }
    const { start, end } = range ?? { start: 0, end: size - 1 };
    const part = {
      ...headers,
      'content-length': String(end - start + 1),
      ...(range ? { 'content-range': `bytes ${start}-${end}/${size}` } : {}),
    };
    const status = range ? 206 : 200;
    if (c.req.method === 'HEAD') {
      await handle.close();
      return c.body(null, status, part);
    }
    // Not more than the size at the time it was opened.
    const file = size === 0 ? Readable.from([]) : handle.createReadStream({ start, end });
    if (size === 0) await handle.close();
    return c.body(webStream(file), status, part);
  });
}
