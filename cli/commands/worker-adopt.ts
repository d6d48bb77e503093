/** `worker adopt`. */
import { createInterface } from 'node:readline/promises';
import { SealvisorError } from '../../src/protocol/errors.js';
import { escaped } from '../../src/protocol/escaped.js';
import type { WorkerReply, WorkerView } from '../../src/protocol/worker.js';
import { answerControl, exitCodes, tell } from '../output/say.js';
import { askAt, baseOf, operator, type Where } from './worker-ask.js';

export interface AdoptOptions extends Where {
  readonly reason?: string;
  readonly yes?: boolean;
}

/** Has the worker go by the manager that answers now: that very one, which was shown. @throws usage, revision_conflict */
export async function adopt(options: AdoptOptions): Promise<void> {
  const base = await baseOf(options);
  const { name, manager } = await askAt<WorkerView>(base, 'GET', '/api/v1/worker');
  const other = manager?.other;
  if (other && !options.yes && !(await isMeant(name, manager.id, other.id))) {
    tell('nothing was adopted');
    process.exitCode = exitCodes.unchanged;
    return;
  }
  const body = { ...(other ? { manager: other.id } : {}), reason: options.reason, by: operator() };
  const reply = await askAt<WorkerReply>(base, 'POST', '/api/v1/worker/adopt', body);
  answerControl(reply, options.json === true);
}

async function isMeant(name: string, own: string | null, other: string): Promise<boolean> {
  const what = `worker ${name} has sectors of manager ${own}; manager ${other} answers now`;
  if (!(process.stdin.isTTY && process.stderr.isTTY))
    throw new SealvisorError(
      'usage',
      `${what}: adopt it with --yes, if the first one is gone for good or was moved`,
    );
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const said = await asking.question(`${escaped(what)}. Go by ${escaped(other)} from now on? [y/N] `);
    return /^y(es)?$/i.test(said.trim());
  } finally {
    asking.close();
  }
}
