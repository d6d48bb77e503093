import type { ControlReply, DryRun } from '../../src/protocol/thread.js';
import { dryRunText } from '../output/dry-run.js';
import { answer, answerControl, answerJson, exitCodes } from '../output/say.js';
import { ask, operator, type ThreadOptions, threadPath } from './worker-ask.js';

export interface ResumeOptions extends ThreadOptions {
  readonly state?: string;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly revision?: number;
}

/** Resumes a thread, or says what that would do: exit 1 when it would be refused. */
export async function resume(options: ResumeOptions): Promise<void> {
  const { index, state, dryRun, force, reason, revision } = options;
  const path = `${threadPath(index)}/resume`;
  const body = { state, dryRun, force, reason, by: operator(), ifRevision: revision };
  if (!dryRun) {
    answerControl(await ask<ControlReply>(options, 'POST', path, body), options.json === true);
    return;
  }
  const told = await ask<DryRun>(options, 'POST', path, body);
  if (options.json) answerJson(told);
  else answer(dryRunText(index, told));
  if (!told.allowed) process.exitCode = exitCodes.failed;
}
