import type { ReloadReply } from '../../../src/protocol/worker.js';
import { changesText } from '../../output/changes-text.js';
import { answer, answerControl, answerJson, exitCodes, tell } from '../../output/say.js';
import { ask, operator } from './ask.js';
import type { Asking } from './life.js';

/** Prints how the configuration file differs from the running configuration, then applies it. Exit 3 if nothing changed. */
export async function reload(options: Asking & { readonly dryRun?: boolean }): Promise<void> {
  const send = (dryRun: boolean) =>
    ask<ReloadReply>(options, 'POST', '/api/v1/worker/reload', {
      dryRun,
      reason: options.reason,
      by: operator(),
    });
  const planned = await send(true);
  const isSame = planned.changes.length === 0;
  if (options.dryRun || isSame) {
    if (options.json) answerJson(planned);
    else show(planned);
    if (!options.json) tell(planned.message);
    if (isSame) process.exitCode = exitCodes.unchanged;
    return;
  }
  if (options.json) {
    answerControl(await send(false), true);
    return;
  }
  show(planned);
  const done = await send(false);
  // The file may have changed between the two requests.
  if (changesText(done.changes) !== changesText(planned.changes)) show(done);
  answerControl(done, false);
}

function show({ changes, warnings }: ReloadReply): void {
  for (const warning of warnings) tell(`warning: ${warning}`);
  if (changes.length > 0) answer(changesText(changes));
}
