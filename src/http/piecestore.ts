/** `GET /piecestore/<cid>`: a piece's payload as it is, without padding. */
import { Readable } from 'node:stream';
import type { Hono } from 'hono';
import type { Manager } from '../manager/manager.js';
import { openPieceFile } from '../manager/piece-file.js';
import { messageOf, SealvisorError } from '../protocol/errors.js';

export function pieceRoutes(app: Hono, manager: Pick<Manager, 'piece' | 'pieceRoots'>): void {
  app.get('/piecestore/:cid', async (c) => {
    const cid = c.req.param('cid');
    const piece = manager.piece(cid);
    if (!piece) throw new SealvisorError('piece_missing', `no piece ${cid} is known here`);
    const { handle, size } = await openPieceFile(piece.path, manager.pieceRoots).catch((cause: unknown) => {
      throw new SealvisorError('piece_missing', `piece ${cid} is gone: ${messageOf(cause)}`, { cause });
    });
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(size) };
    if (c.req.method === 'HEAD') {
      await handle.close();
      return c.body(null, 200, headers);
    }
    // No more than was there when it was opened. Node's and the DOM's stream types differ in name only.
    const file = size === 0 ? Readable.from([]) : handle.createReadStream({ start: 0, end: size - 1 });
    if (size === 0) await handle.close();
    return c.body(Readable.toWeb(file) as unknown as ReadableStream, 200, headers);
  });
}
