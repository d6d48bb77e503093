import { SealvisorError } from '../../src/protocol/errors.js';
import type { ControlReply, DryRun, ThreadView } from '../../src/protocol/thread.js';
import { dryRunText } from '../output/dry-run.js';
import { answer, answerControl, answerJson, exitCodes } from '../output/say.js';
import { isSelection, resumeMany, type Selection } from './resume-many.js';
import { ask, operator, type ThreadOptions, threadPath } from './worker-ask.js';

export interface ResumeOptions extends Omit<ThreadOptions, 'index'>, Selection {
  readonly index?: number;
  readonly state?: string;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly revision?: number;
}

/** Resumes a thread, or says what that would do: exit 1 when it would be refused. */
export async function resume(options: ResumeOptions): Promise<void> {
  const { index, state, dryRun, force, reason, revision } = options;
  if (
    isSelection(options, { '--index': index, '--state': state, '--dry-run': dryRun, '--revision': revision })
  ) {
    const views = await ask<ThreadView[]>(options, 'GET', '/api/v1/threads');
    const body = { force, reason, by: operator() };
    const one = (each: number) => ask<ControlReply>(options, 'POST', `${threadPath(each)}/resume`, body);
    return resumeMany(views, options, one, options.json === true);
  }
  if (index === undefined)
    throw new SealvisorError(
      'usage',
      'name a thread with --index, or use --all to resume all that are paused',
    );
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
