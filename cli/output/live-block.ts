/** Lines at the end of a terminal that are redrawn in place, with or without scrolling lines above. */

/** A terminal, or a stand-in for one. */
export interface LiveStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(text: string): unknown;
  /** Emitted when `columns` or `rows` have changed. */
  on?(event: 'resize', listener: () => void): unknown;
  off?(event: 'resize', listener: () => void): unknown;
}

const up = (rows: number) => (rows > 0 ? `\u001b[${rows}A` : '');
const toEndOfLine = '\u001b[K';
const below = '\u001b[0J';

export interface LiveBlock {
  /** Replaces the last lines; `story` stays above them. One write, so nothing flickers. */
  draw(lines: readonly string[], story?: readonly string[]): void;
  /** Removes the lines. */
  clear(story?: readonly string[]): void;
}

export function liveBlock(stream: LiveStream): LiveBlock {
  let drawn: readonly number[] = [];
  const columns = () => (stream.columns && stream.columns > 0 ? stream.columns : 80);
  const height = () => (stream.rows && stream.rows > 0 ? stream.rows : 24);
  /** A terminal that was made narrower wraps the lines drawn before. */
  const rowsDrawn = () => {
    const rows = drawn.reduce((sum, length) => sum + Math.max(1, Math.ceil(length / columns())), 0);
    return Math.min(rows, height() - 1);
  };
  const write = (lines: readonly string[], story: readonly string[]) => {
    const text = [...story, ...lines].map((line) => `${line}${toEndOfLine}\n`).join('');
    stream.write(`${up(rowsDrawn())}\r${text}${below}`);
    drawn = lines.map((line) => [...line].length);
  };
  return {
    draw: (lines, story = []) => {
      const shown = fitting(lines, height() - 1);
      write(
        shown.map((line) => cut(line, columns() - 1)),
        story,
      );
    },
    clear: (story = []) => {
      if (drawn.length > 0 || story.length > 0) write([], story);
    },
  };
}

/** As many lines as fit; the last one shows how many are left out. */
export function fitting(lines: readonly string[], most: number): readonly string[] {
  if (lines.length <= most) return lines;
  const shown = Math.max(0, most - 1);
  return [...lines.slice(0, shown), `… ${lines.length - shown} more`];
}

/** The line cut to `columns`; a cut one ends in `…`. */
export function cut(line: string, columns: number): string {
  const letters = [...line];
  return letters.length <= columns ? line : `${letters.slice(0, Math.max(0, columns - 1)).join('')}…`;
}
