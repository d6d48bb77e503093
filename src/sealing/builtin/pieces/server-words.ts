/** How much of a server's error text is read, in bytes, and shown, in characters. */
const longestRead = 16 * 1024;
const longestShown = 300;

/** A server's error text: the detail of problem+json (RFC 9457), or plain text; undefined when it sends neither. */
export async function wordsOf(answer: Response): Promise<string | undefined> {
  try {
    const type = answer.headers.get('content-type') ?? '';
    if (type.startsWith('text/plain')) return shown(await startOf(answer));
    if (!type.startsWith('application/problem+json')) return undefined;
    const problem: unknown = JSON.parse(await startOf(answer));
    if (typeof problem !== 'object' || problem === null || !('detail' in problem)) return undefined;
    return typeof problem.detail === 'string' ? shown(problem.detail) : undefined;
  } catch {
    // The status has to be enough.
    return undefined;
  } finally {
    if (!answer.bodyUsed) await answer.body?.cancel();
  }
}

function shown(text: string): string | undefined {
  return text.trim().slice(0, longestShown) || undefined;
}

async function startOf({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body ?? []) {
    parts.push(part);
    length += part.length;
    if (length > longestRead) break;
  }
  return Buffer.concat(parts).toString();
}
