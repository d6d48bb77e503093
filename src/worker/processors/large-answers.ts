/** Only one thread at a time holds a large answer: once parsed, it takes many times its size. The other answers wait unparsed. */

/** Answers up to this size do not wait, bytes. */
export const largeAnswer = 8 * 1024 * 1024;

export interface LargeAnswers {
  /** Resolves when the thread may have its large answer; it releases it by its next history row or its exit. */
  enter(index: number): Promise<void>;
  /** The thread has ended its stage or has died. Safe when it holds no answer. */
  leave(index: number): void;
}

export function largeAnswers(): LargeAnswers {
  let holder: number | undefined;
  let waiting: { readonly index: number; readonly go: () => void }[] = [];
  return {
    enter: (index) => {
      if (holder === undefined || holder === index) {
        holder = index;
        return Promise.resolve();
      }
      return new Promise((go) => void waiting.push({ index, go }));
    },
    leave: (index) => {
      // A dead thread does not use its answer, so its wait ends at once.
      for (const each of waiting) if (each.index === index) each.go();
      waiting = waiting.filter((each) => each.index !== index);
      if (holder !== index) return;
      const next = waiting.shift();
      holder = next?.index;
      next?.go();
    },
  };
}
