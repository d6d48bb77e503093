/** `worker enable-dump | disable-dump`: writes a processor's lines that are not answers to files. */
import { resolve } from 'node:path';
import { rpcCall } from '../../../src/fleet/rpc-client.js';
import { dumpVariable } from '../../../src/protocol/dump-variable.js';
import { SealvisorError } from '../../../src/protocol/errors.js';
import { byHeader } from '../../../src/protocol/who.js';
import { answerJson, tell } from '../../output/say.js';
import { baseOf, commandMs, headersAt, operator, type Where } from './ask.js';

/** Options in both of upstream's spellings. */
export interface DumpOptions extends Where {
  readonly childPid?: string;
  readonly child_pid?: string;
  readonly dumpDir?: string;
  readonly dump_dir?: string;
}

export async function enableDump(options: DumpOptions): Promise<void> {
  const childPid = pidIn(options);
  const dumpDir = resolve(options.dumpDir ?? options.dump_dir ?? '.');
  await call(options, 'WorkerSetEnv', [dumpVariable(childPid), dumpDir]);
  if (options.json) answerJson({ childPid, dumpDir });
  else tell(`lines of process ${childPid} that are not answers are written to ${dumpDir} until it ends`);
}

export async function disableDump(options: DumpOptions): Promise<void> {
  const childPid = pidIn(options);
  await call(options, 'WorkerRemoveEnv', [dumpVariable(childPid)]);
  if (options.json) answerJson({ childPid, dumpDir: null });
  else tell(`lines of process ${childPid} that are not answers are logged`);
}

async function call(where: Where, method: string, params: readonly string[]): Promise<void> {
  const base = await baseOf(where);
  await rpcCall(`${base}/`, `VenusWorker.${method}`, params, {
    headers: { ...headersAt(base), [byHeader]: encodeURIComponent(operator()) },
    timeoutMs: commandMs,
  });
}

function pidIn({ childPid, child_pid }: DumpOptions): number {
  const text = childPid ?? child_pid;
  if (text !== undefined && /^[1-9]\d{0,9}$/.test(text)) return Number(text);
  const what = text === undefined ? 'is missing' : `${text} is not a process id`;
  throw new SealvisorError('usage', `--child-pid ${what}: \`sealvisor tree\` shows those of the processors`);
}
