import { plans } from '../../machines/index.js';
import { systemClock } from '../../src/actors/system-clock.js';
import { escaped, oneLine } from '../../src/protocol/escaped.js';
import type { ThreadView } from '../../src/protocol/thread.js';

export interface ProgressStream extends Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>> {
  write(text: string): unknown;
}

export interface ProgressDisplay {
  /** A line that stays. */
  print(line: string): void;
  show(view: ThreadView): void;
  stop(): void;
}

/** On a terminal a block of live lines below the story, one a thread; elsewhere plain lines alone. */
export function progressDisplay(stream: ProgressStream): ProgressDisplay {
  const views = new Map<number, ThreadView>();
  let drawn = 0;
  let timer: unknown;
  const erase = () => {
    if (drawn > 0) stream.write(`\u001b[${drawn}A\u001b[0J`);
    drawn = 0;
  };
  const draw = () => {
    timer = undefined;
    erase();
    const lines = [...views.values()].toSorted((a, b) => a.index - b.index).map(threadBar);
    stream.write(lines.map((line) => `${line.slice(0, (stream.columns ?? 80) - 1)}\n`).join(''));
    drawn = lines.length;
  };
  if (!stream.isTTY)
    return {
      print: (line) => void stream.write(`${escaped(line)}\n`),
      show: () => undefined,
      stop: () => undefined,
    };
  return {
    print: (line) => {
      erase();
      stream.write(`${escaped(line)}\n`);
      timer ??= systemClock.setTimeout(draw, 50);
    },
    show: (view) => {
      views.set(view.index, view);
      timer ??= systemClock.setTimeout(draw, 50);
    },
    stop: () => {
      systemClock.clearTimeout(timer);
      erase();
    },
  };
}

function threadBar(view: ThreadView): string {
  const names = (plans[view.plan]?.states ?? []).map((state) => state.name);
  const at = Math.max(0, names.indexOf(view.state));
  const width = 20;
  const full = Math.round((at / Math.max(1, names.length - 2)) * width);
  const progress = view.progress ? ` ${view.progress.done}/${view.progress.total} ${view.progress.unit}` : '';
  const bar = '='.repeat(Math.min(full, width)).padEnd(width, '.');
  return oneLine(
    `#${view.index} [${bar}] ${view.sector?.id ?? '-'} ${view.mode} ${view.state} ${view.stage}${progress}`,
  );
}
