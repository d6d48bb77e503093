/** A file that an output is written to as it arrives. */
import { createHash } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';

/** An output in a file; the content of `path` is synced to disk. */
export interface FileOutput {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The output is larger than the limit. */
export class TooLarge extends Error {
  constructor(readonly bytes: number) {
    super(`${bytes.toLocaleString('en')} bytes`);
  }
}

/** The error of a failed write lacks the path: adds it. */
function naming(path: string, error: NodeJS.ErrnoException): Error {
  if (error.path !== undefined) return error;
  return Object.assign(new Error(`${error.message} '${path}'`, { cause: error }), { code: error.code, path });
}

/** How much may wait in memory for the disk, bytes. */
const waiting = 1024 * 1024;

/** The file is created at the first byte, replacing an existing one. */
export function outputFile(path: string, most: number) {
  const digest = createHash('sha256');
  let bytes = 0;
  let stream: WriteStream | undefined;
  let fault: unknown;
  let drained: PromiseWithResolvers<void> | undefined;
  const closed = Promise.withResolvers<void>();
  const goOn = () => {
    drained?.resolve();
    drained = undefined;
  };
  const opened = () => {
    const made = createWriteStream(path, { highWaterMark: waiting, flush: true });
    made.on('error', (error) => {
      fault ??= naming(path, error);
    });
    made.on('drain', goOn);
    made.on('close', () => {
      goOn();
      closed.resolve();
    });
    return made;
  };
  const remove = async () => {
    if (!stream) return;
    stream.destroy();
    await closed.promise;
    // A file that cannot be removed is overwritten the next time.
    await rm(path, { force: true }).catch(() => undefined);
  };
  return {
    write: (part: Uint8Array): void => {
      bytes += part.length;
      if (bytes > most) stream?.destroy();
      stream ??= opened();
      if (stream.destroyed) return;
      digest.update(part);
      if (!stream.write(part)) drained ??= Promise.withResolvers<void>();
    },
    /** Resolves when more may be written; undefined: now. */
    drained: (): Promise<void> | undefined => drained?.promise,
    /** @throws TooLarge, and errors of the file system; the file is removed then */
    ended: async (): Promise<{ readonly ok: true; readonly output: FileOutput }> => {
      if (bytes <= most) stream?.end();
      if (stream) await closed.promise;
      if (bytes > most) fault = new TooLarge(bytes);
      if (fault !== undefined) {
        await remove();
        throw fault;
      }
      return { ok: true, output: { path, bytes, sha256: digest.digest('hex') } };
    },
    /** Discards the output and removes the file. */
    dropped: remove,
  };
}
