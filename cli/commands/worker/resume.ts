import { randomUUID } from 'node:crypto';
import { SealvisorError } from '../../../src/protocol/errors.js';
import type { ControlReply, DryRun, ThreadView } from '../../../src/protocol/thread.js';
import { answerDryRun } from '../../output/dry-run.js';
import { answerControl } from '../../output/say.js';
import { abortMeant, isAbort, tellWarning } from '../abort-sector.js';
import { isSelection, resumeMany, type Selection } from '../resume-many.js';
import { ask, operator, type ThreadOptions, threadPath } from './ask.js';

export interface ResumeOptions extends Omit<ThreadOptions, 'index'>, Selection {
  readonly index?: number;
  readonly state?: string;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly yes?: boolean;
  readonly revision?: number;
}

/** Resumes a thread or, with `dryRun`, shows what that would do: exit 1 if it would be refused. */
export async function resume(options: ResumeOptions): Promise<void> {
  const { index, state, dryRun, force, reason, revision, json = false } = options;
  /** Each command gets its own id: a repeated request is the same command. */
  const given = () => ({ force, reason, by: operator(), id: randomUUID() });
  if (
    isSelection(options, { '--index': index, '--state': state, '--dry-run': dryRun, '--revision': revision })
  ) {
    const threads = () => ask<ThreadView[]>(options, 'GET', '/api/v1/threads');
    const one = (each: number) => ask<ControlReply>(options, 'POST', `${threadPath(each)}/resume`, given());
    return resumeMany([{ threads, resume: one }], options, json);
  }
  if (index === undefined)
    throw new SealvisorError(
      'usage',
      'name a thread with --index, or use --all to resume all that are paused',
    );
  const path = threadPath(index);
  const body = { ...given(), state, ifRevision: revision };
  const preview = () => ask<DryRun>(options, 'POST', `${path}/resume`, { ...body, dryRun: true });
  if (dryRun) return answerDryRun(index, await preview(), json);
  const before = { thread: () => ask<ThreadView>(options, 'GET', path), dryRun: preview };
  const meant = isAbort(state) ? await abortMeant(before, options.yes) : {};
  if (meant === undefined) return;
  const ifRevision = revision ?? meant.revision;
  const reply = await ask<ControlReply>(options, 'POST', `${path}/resume`, { ...body, ifRevision });
  answerControl(reply, json);
  tellWarning(meant, reply);
}
