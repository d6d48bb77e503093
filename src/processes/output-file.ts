/** A file that an output is written to as it comes. */
import { createHash } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';

/** An output in a file: what is at `path` is on the disk. */
export interface FileOutput {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The output had more bytes than are taken. */
export class TooLarge extends Error {
  constructor(readonly bytes: number) {
    super(`${bytes.toLocaleString('en')} bytes`);
  }
}

/** A write that fails does not say where. */
function naming(path: string, error: NodeJS.ErrnoException): Error {
  if (error.path !== undefined) return error;
  return Object.assign(new Error(`${error.message} '${path}'`, { cause: error }), { code: error.code, path });
}

/** So much waits in memory for the disk, bytes. */
const waiting = 1024 * 1024;

/** Nothing is made before the first byte; over what lies there. */
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
    // What cannot be removed is written over the next time.
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
    /** When more may come; undefined: now. */
    drained: (): Promise<void> | undefined => drained?.promise,
    /** @throws TooLarge, and what the file system says; nothing is left then */
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
    /** The output is nobody's. */
    dropped: remove,
  };
}
