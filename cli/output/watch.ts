import { sleep } from '../../src/actors/system-clock.js';
import { type LiveStream, liveBlock } from './live-block.js';
import { answer, shownText, tell } from './say.js';

const everyMs = 2000;

export interface Shown {
  readonly text: string;
  /** Replaces the text in watch mode on a terminal that is too narrow for it: most important first. */
  readonly narrow?: string;
  /** For stderr; in watch mode on a terminal, below the text. */
  readonly notes?: readonly string[];
}

/** Shows once, or repeatedly until Ctrl-C: on a terminal in place, as much as fits. Null = already shown. */
export async function watch(
  again: boolean,
  show: () => Promise<Shown | null>,
  stream: LiveStream = process.stdout,
  wait: () => Promise<void> = () => sleep(everyMs),
): Promise<void> {
  const block = again && stream.isTTY ? liveBlock(stream) : null;
  for (;;) {
    const shown = await show();
    const { text = '', notes = [] } = shown ?? {};
    if (shown && block)
      block.draw([...shownText(fitted(shown, stream)).split('\n'), ...notes.map(shownText)]);
    else if (shown) {
      answer(text);
      for (const note of notes) tell(note);
    }
    if (!again) return;
    await wait();
  }
}

function fitted({ text, narrow = text }: Shown, { columns = 80 }: LiveStream): string {
  return text.split('\n').some((line) => line.length >= columns) ? narrow : text;
}
