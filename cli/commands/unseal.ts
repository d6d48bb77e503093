import { resolve } from 'node:path';
import { unseal } from '../../src/sealing/builtin/index.js';
import { answer, answerJson, tell } from '../output/say.js';

/** Writes every piece of a sealed file into a directory. Ctrl-C leaves no partial file. */
export async function unsealFile(file: string, options: { out: string; json?: boolean }): Promise<void> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort(new Error('stopped; nothing half-written was left')));
  let shown = 0;
  const progress = ({ done, total, unit }: { done: number; total: number; unit: string }) => {
    if (!process.stderr.isTTY || Date.now() - shown < 200) return;
    shown = Date.now();
    process.stderr.write(`\r${done} of ${total} ${unit}  `);
  };
  const pieces = await unseal(
    { sealedPath: resolve(file), outDir: resolve(options.out) },
    { signal: stop.signal, progress },
  );
  if (options.json) return answerJson(pieces);
  for (const piece of pieces) answer(`${piece.path} (${piece.payloadSize} bytes)`);
  tell(
    pieces.length > 0
      ? `${pieces.length === 1 ? '1 piece' : `${pieces.length} pieces`}, each checked against its CID`
      : 'the sector holds no pieces',
  );
}
