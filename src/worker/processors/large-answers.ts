/** One thread at a time holds a large answer: parsed, it takes many times its bytes. The others' wait as bytes. */

/** Smaller ones wait for nothing, bytes. */
export const largeAnswer = 8 * 1024 * 1024;

export interface LargeAnswers {
  /** Resolves when the thread may have its large answer; by its next row, or its end, it has let go of it. */
  enter(index: number): Promise<void>;
  /** The thread has ended its stage, or has died. Safe when it holds nothing. */
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
      // What a dead thread waited for is nobody's: it goes at once.
      for (const each of waiting) if (each.index === index) each.go();
      waiting = waiting.filter((each) => each.index !== index);
      if (holder !== index) return;
      const next = waiting.shift();
      holder = next?.index;
      next?.go();
    },
  };
}
