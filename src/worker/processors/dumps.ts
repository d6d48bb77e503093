/** Writes each line of a processor child that is not an answer to a file, while dumping is switched on for its pid. */

import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, stat, writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { Processor } from '../../processes/processor.js';
import { shortened } from '../../processes/protocol.js';
import { dumpedPid, dumpVariable } from '../../protocol/dump-variable.js';
import { messageOf, SealvisorError } from '../../protocol/errors.js';
import type { Emit } from '../../protocol/events/table.js';
import { shortText, someOf } from '../../protocol/some-of.js';
import type { WorkerControl } from '../control-words.js';

export interface Dumps extends Pick<WorkerControl, 'setEnv' | 'removeEnv'> {
  /** A child whose lines may be dumped, until it ends. */
  watch(processor: Pick<Processor, 'pid' | 'stage' | 'exited'>): void;
  /** Dumps the line and returns true if dumping is on for `pid`; otherwise the caller logs the line. */
  take(line: Buffer, pid: number | undefined): boolean;
}

/** So that a verbose child does not fill the disk. */
const mostFiles = 1000;

export function workerDumps(emit: Emit): Dumps {
  const children = new Map<number, string>();
  const dumped = new Map<number, { readonly dir: string; files: number }>();

  const childOf = (name: string): number => {
    const pid = dumpedPid(name);
    if (pid !== undefined && children.has(pid)) return pid;
    const known = someOf([...children].map(([each, stage]) => `${dumpVariable(each)} (${stage})`));
    const allowed = known === '' ? 'no processor child runs' : `there are ${known}`;
    throw new SealvisorError(
      'invalid_request',
      `${shortText(name)} is not a dump variable of a processor child: ${allowed}`,
    );
  };
  const endDump = (pid: number, why: string) => {
    if (dumped.delete(pid)) emit({ event: 'dump.ended', pid, reason: why });
  };
  return {
    watch: ({ pid, stage, exited }) => {
      children.set(pid, stage);
      void exited.then(() => {
        children.delete(pid);
        dumped.delete(pid);
      });
    },
    setEnv: async (name, value) => {
      const pid = childOf(name);
      await checkDirectory(name, value);
      // The child may have ended in the meantime.
      childOf(name);
      dumped.set(pid, { dir: value, files: 0 });
      emit({
        event: 'dump.started',
        processor: children.get(pid) ?? '',
        pid,
        directory: value,
      });
    },
    removeEnv: async (name) => endDump(childOf(name), 'the dump is switched off'),
    take: (line, pid = 0) => {
      const dump = dumped.get(pid);
      if (!dump) return false;
      const path = join(dump.dir, `ext-processor-err-resp-${pid}-${randomUUID().replaceAll('-', '')}.json`);
      writeFile(path, line).catch((error: unknown) => {
        endDump(pid, messageOf(error));
        emit({ event: 'dump.notWritten', pid, line: shortened(line) });
      });
      dump.files += 1;
      if (dump.files >= mostFiles) endDump(pid, `${mostFiles} files are written to ${dump.dir}`);
      return true;
    },
  };
}

/** @throws invalid_request */
async function checkDirectory(name: string, dir: string): Promise<void> {
  const refused = (why: string) =>
    new SealvisorError(
      'invalid_request',
      `${name}: ${JSON.stringify(dir)} ${why}: name a directory of the worker`,
    );
  if (!isAbsolute(dir)) throw refused('is not an absolute path');
  try {
    if (!(await stat(dir)).isDirectory()) throw refused('is not a directory');
    await access(dir, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw error instanceof SealvisorError ? error : refused(`cannot be written to (${messageOf(error)})`);
  }
}
