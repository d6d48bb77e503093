/** Messages that come from outside (a processor, a manager, a server) go into records, reports and lists: they are short. */
import { join } from 'node:path';
import type { StageFailure } from '../../machines/record-changes.js';

/** Characters. */
const longest = 4096;
/** Of the whole text so much is kept in the file, bytes. */
const mostKept = 1024 * 1024;

/** A failure as it is; of a long message the beginning, with the place of the file that has the whole: `<root>/errors/<stage>.txt`. */
export async function withShortMessage(
  failure: StageFailure,
  stage: string,
  root: string | undefined,
): Promise<StageFailure> {
  const { message } = failure;
  if (message.length <= longest) return failure;
  const size = `${message.length.toLocaleString('en')} characters`;
  const whole = root === undefined ? undefined : await written(message, join(root, 'errors', `${stage}.txt`));
  const rest = whole === undefined ? `… (cut, of ${size})` : `… (cut, of ${size}; see ${whole})`;
  return { ...failure, message: message.slice(0, longest - rest.length) + rest };
}

/** Undefined when it cannot be written: the failure is told all the same. */
async function written(text: string, path: string): Promise<string | undefined> {
  const { writeAtomically } = await import('./builtin/files/atomic.js');
  const bytes = Buffer.from(text).subarray(0, mostKept);
  try {
    await writeAtomically(path, async (file) => file.write(bytes, 0));
    return path;
  } catch {
    return undefined;
  }
}
