/** A slot over threads that live and die by a test's word. */

import type { Exit } from '#src/actors/index.js';
import { SealvisorError } from '#src/protocol/errors.js';
import { lineOf } from '#src/protocol/events/table.js';
import type { ThreadView } from '#src/protocol/thread.js';
import type { ThreadChild } from '#src/threads/index.js';
import type { ThreadNews } from '#src/worker/border/setup.js';
import type { Launcher } from '#src/worker/roster/launch.js';
import { Slot } from '#src/worker/roster/slot.js';
import { viewOf } from '../protocol/views.js';

/** What a start comes to: a thread, one that shows nothing, no thread, or the refusal of a disk that is missing. */
export type Start = 'up' | 'mute' | 'not launched' | 'disk missing';

export class ScriptedThread implements ThreadChild {
  readonly threadId = 7;
  readonly isInDiskSleep = false;
  readonly notes: unknown[] = [];
  readonly #exit = Promise.withResolvers<Exit>();
  readonly exited = this.#exit.promise;
  isGone = false;

  constructor(
    readonly incarnation: number,
    readonly isMute: boolean,
  ) {}

  shown(facts: Partial<ThreadView> = {}): ThreadView {
    return viewOf({ incarnation: this.incarnation, ...facts });
  }

  async call<T>(verb: string, args: readonly unknown[]): Promise<T> {
    if (this.isGone) throw new SealvisorError('thread_gone', 'it is gone');
    // The caller knows what its verb answers.
    return this.#answer(verb, args) as T;
  }

  #answer(verb: string, args: readonly unknown[]): unknown {
    if (verb === 'view' && this.isMute) throw new SealvisorError('deadline_exceeded', 'no view');
    if (verb === 'view') return this.shown();
    if (verb === 'obey')
      return { changed: true, message: `obeyed by ${this.incarnation}`, view: this.shown() };
    if (verb === 'note') this.notes.push(args[1]);
    return undefined;
  }

  end(exit: Exit): void {
    this.isGone = true;
    this.#exit.resolve(exit);
  }

  async stop(): Promise<void> {
    this.end({ kind: 'shutdown' });
  }

  kill(): void {
    this.end({ kind: 'killed' });
  }

  send = () => 'dead' as const;
  forward = () => undefined;
  takeBack = () => [];
  stats = () => ({
    ...{ heartbeatAgeMs: 0, heapBytes: 0, pendingCalls: 0, untaken: 0 },
    ...{ deadLetters: 0, refused: 0, lateMessages: 0 },
  });
}

/** `next` says what the next start comes to. */
export function scriptedSlot() {
  const script: { next: Start } = { next: 'up' };
  const log: string[] = [];
  const threads: ScriptedThread[] = [];
  let say: (news: ThreadNews, incarnation: number) => void = () => undefined;
  const launcher: Launcher =
    ({ onNews }) =>
    async () => {
      say = onNews;
      // The real launcher counts what does not come up, too.
      const thread = new ScriptedThread(++launches, script.next === 'mute');
      if (script.next === 'not launched') throw new SealvisorError('start_failed', 'not launched');
      threads.push(thread);
      return thread;
    };
  let launches = 0;
  const slot = new Slot({
    configured: { index: 0, location: '/store1', plan: 'sealer' },
    launcher,
    prepare: async () => {
      if (script.next !== 'disk missing') return;
      throw new SealvisorError('wrong_disk', 'disk missing', { data: { expected: 'an id' } });
    },
    news: {
      onStarted: (incarnation) => log.push(`started ${incarnation}`),
      onExited: (reason) => log.push(`exited: ${reason}`),
      onRestarting: () => log.push('restarting'),
      onFailed: (reason) => log.push(`failed: ${reason}`),
      onGone: () => log.push('gone'),
      onView: () => undefined,
      onRow: () => undefined,
      onEvent: (event) => log.push(`warning: ${lineOf(event).message}`),
      overlay: (view) => view,
      disk: () => null,
    },
  });
  return {
    slot,
    script,
    log,
    threads,
    say: (news: ThreadNews, incarnation: number) => say(news, incarnation),
  };
}

/** Lets all that is due happen. */
export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
