import { onTestFinished } from 'vitest';
import { type RemoteThread, startThread, type ThreadOptions } from '#src/threads/remote.js';

export const fixture = (name: string) => new URL(`./fixtures/${name}`, import.meta.url);

/** A thread of `verbs.mjs` and what it has said; it is gone when the test is. */
export async function setup(options: Partial<ThreadOptions<unknown>> = {}) {
  const said: unknown[] = [];
  const thread = await startThread<unknown>({
    entry: fixture('verbs.mjs'),
    data: { from: 'outside' },
    incarnation: 3,
    name: 'thread #7',
    services: () => Promise.reject(new Error('no services here')),
    onEvent: (event) => void said.push(event),
    ...options,
  });
  onTestFinished(() => endOf(thread));
  return { thread, said };
}

async function endOf(thread: RemoteThread): Promise<void> {
  thread.terminate();
  await thread.exited;
}

/** What a promise rejects with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error(`rejected with no error: ${String(error)}`);
  }
  throw new Error('it did not reject');
}

export const longMs = 20_000;
