/** The outcome of a thread's command, in one sentence. */
import type { ThreadRecord } from '../../../machines/thread-record.js';

export interface CommandFacts {
  readonly index: number;
  readonly record: ThreadRecord;
  /** The stage that starts from the record's state. */
  readonly stage: string;
  /** The thread's mode, for a command that changed nothing. */
  readonly mode: string;
  /** Whether a stage with a processor is current: otherwise a freeze is only a pause. */
  readonly hasStage: boolean;
  readonly changed: boolean;
}

export function pauseText({ index, record, stage, hasStage, changed }: CommandFacts): string {
  const thread = `thread #${index}`;
  const who = record.intent ? ` by ${record.intent.by}` : '';
  if (!record.isPaused) {
    const until = `the pause takes effect when ${stage} is done`;
    return changed ? `${thread} is pausing: ${until}` : `${thread} is pausing already${who}: ${until}`;
  }
  if (!changed) return `${thread} was paused already${who}, at ${record.state}`;
  return hasStage && record.intent?.how === 'freeze'
    ? `${thread} is paused at ${record.state}: ${stage} is frozen where it stands`
    : `${thread} is paused at ${record.state}`;
}

export function resumeText({ index, record, mode, changed }: CommandFacts): string {
  const thread = `thread #${index}`;
  if (!changed) return `${thread} is not paused: it is ${mode} at ${record.state}`;
  if (record.state === 'Aborted')
    return `${thread} aborts ${record.sector?.id ?? 'its sector'}: it reports that to the manager and continues with the next sector`;
  return `${thread} resumes at ${record.state}`;
}
