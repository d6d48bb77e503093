/** What is read of a server's words about an error, bytes, and what is shown of them, characters. */
const longestRead = 16 * 1024;
const longestShown = 300;

/** What a server says of an error: problem+json's detail (RFC 9457), or its plain text; undefined when it says neither. */
export async function wordsOf(answer: Response): Promise<string | undefined> {
  try {
    const type = answer.headers.get('content-type') ?? '';
    if (type.startsWith('text/plain')) return shown(await startOf(answer));
    if (!type.startsWith('application/problem+json')) return undefined;
    const problem: unknown = JSON.parse(await startOf(answer));
    if (typeof problem !== 'object' || problem === null || !('detail' in problem)) return undefined;
    return typeof problem.detail === 'string' ? shown(problem.detail) : undefined;
  } catch {
    // Its status says enough.
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
