/** Where a log's bytes go. No write holds the event loop: a pipe or terminal whose reader has stopped answers EAGAIN. */
import { close, constants, fstatSync, open, openSync, write, writeSync } from 'node:fs';
import { messageOf, SealvisorError } from '../../src/protocol/errors.js';

export interface Outlet {
  /** How many of the bytes were written. @throws a system error; EAGAIN when nothing can be written now */
  write(bytes: Uint8Array): Promise<number>;
  /** Nothing is written any more. */
  close(): void;
}

const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants;
const readableByGroup = 0o640;

/** Appends to a file, which is made when it is not there. @throws location_not_writable */
export function fileOutlet(path: string): Promise<Outlet> {
  return new Promise((resolve, reject) => {
    // A named pipe without a reader is refused, not waited for.
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
  // A description of our own: whoever shares the pipe or the terminal keeps its blocking writes.
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

/** A file's disk may hang: it is written to off the main thread. */
function slowOutlet(fd: number): Outlet {
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        write(fd, bytes, 0, bytes.length, null, (error, count) => (error ? reject(error) : resolve(count)));
      }),
    close: () => closeOwn(fd),
  };
}

/** A descriptor that never blocks is written to at once: threads that hang in a disk cannot hold the log up. */
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
  // Closed off the main thread: the last bytes of a file may hang in its disk.
  close(fd, () => undefined);
}
