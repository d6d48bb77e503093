/** Shortens messages from outside (a processor, a manager, a server): they go into records, reports and lists. */
import { join } from 'node:path';
import type { StageFailure } from '../../machines/record-changes.js';

/** Longest message, in characters. */
const longest = 4096;
/** How much of the full text is kept in the file, in bytes. */
const mostKept = 1024 * 1024;

/** The failure; a long message is cut, and names the file that has the full text: `<root>/errors/<stage>.txt`. */
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

/** Undefined when the file cannot be written: the failure is still reported. */
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
