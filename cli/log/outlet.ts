/** Where a log's bytes go. No write blocks the event loop: a pipe or terminal whose reader has stopped returns EAGAIN. */
import { close, constants, fstatSync, open, openSync, write, writeSync } from 'node:fs';
import { messageOf, SealvisorError } from '../../src/protocol/errors.js';

export interface Outlet {
  /** Returns how many of the bytes were written. @throws a system error; EAGAIN when nothing can be written now */
  write(bytes: Uint8Array): Promise<number>;
  /** Call it after the last write. */
  close(): void;
}

const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants;
const readableByGroup = 0o640;

/** Appends to a file, which is created if missing. @throws location_not_writable */
export function fileOutlet(path: string): Promise<Outlet> {
  return new Promise((resolve, reject) => {
    // A named pipe without a reader is refused instead of waited for.
    open(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, readableByGroup, (cause, fd) => {
      if (cause === null) return resolve(outletOf(fd));
      const message = `cannot write the log to ${path}: ${messageOf(cause)}; choose another --log-file`;
      reject(new SealvisorError('location_not_writable', message, { cause }));
    });
  });
}

/** This process's stderr. */
export function stderrOutlet(): Outlet {
  const stat = statOf(process.stderr.fd);
  if (stat?.isFile()) return slowOutlet(process.stderr.fd);
  // A file description of our own: other processes on the pipe or terminal keep their blocking writes.
  const own = stat?.isFIFO() || stat?.isCharacterDevice() ? reopened(process.stderr.fd) : undefined;
  return own === undefined ? streamOutlet(process.stderr) : quickOutlet(own);
}

function outletOf(fd: number): Outlet {
  return statOf(fd)?.isFile() ? slowOutlet(fd) : quickOutlet(fd);
}

function statOf(fd: number) {
  try {
    return fstatSync(fd);
  } catch {
    return undefined;
  }
}

function reopened(fd: number): number | undefined {
  try {
    return openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_APPEND | O_NONBLOCK);
  } catch {
    return undefined;
  }
}

/** A file's disk may hang, so it is written off the main thread. */
function slowOutlet(fd: number): Outlet {
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        write(fd, bytes, 0, bytes.length, null, (error, count) => (error ? reject(error) : resolve(count)));
      }),
    close: () => closeOwn(fd),
  };
}

/** A non-blocking descriptor is written synchronously: pool threads that hang on a disk cannot delay the log. */
function quickOutlet(fd: number): Outlet {
  return { write: async (bytes) => writeSync(fd, bytes), close: () => closeOwn(fd) };
}

/** A socket, such as the journal's. */
function streamOutlet(stream: NodeJS.WriteStream): Outlet {
  stream.on('error', () => undefined);
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        stream.write(bytes, (error) => (error ? reject(error) : resolve(bytes.length)));
      }),
    close: () => undefined,
  };
}

function closeOwn(fd: number): void {
  if (fd === process.stderr.fd) return;
  // Closed off the main thread: flushing the last bytes may hang on the disk.
  close(fd, () => undefined);
}
