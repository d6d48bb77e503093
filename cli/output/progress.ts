/** The live lines of `sealvisor start`, one per thread. */

import { systemClock } from '../../src/actors/system-clock.js';
import { type Part, partText } from '../../src/protocol/sector-progress.js';
import { escaped, oneLine } from '../../src/protocol/text/escaped.js';
import type { ThreadView } from '../../src/protocol/thread.js';
import { errorText } from '../../src/protocol/upstream-thread.js';
import { type LiveStream, liveBlock } from './live-block.js';
import { type SectorPace, sectorPace } from './sector-pace.js';

export interface ProgressDisplay {
  /** Prints a line that stays. */
  print(line: string): void;
  show(view: ThreadView): void;
  /** Takes a row of history, to estimate the time left. */
  learn: SectorPace['learn'];
  /** Removes the live lines; later output is printed as plain lines. Safe twice. */
  stop(): void;
}

const soonMs = 50;
/** Redrawn so often, so that the time left counts down. */
const everyMs = 1000;

/** On a terminal a block of live lines below the story; elsewhere plain lines only. */
export function progressDisplay(stream: LiveStream): ProgressDisplay {
  const pace = sectorPace();
  const plain = (line: string) => void stream.write(`${escaped(line)}\n`);
  if (!stream.isTTY) return { print: plain, show: () => undefined, learn: pace.learn, stop: () => undefined };
  const block = liveBlock(stream);
  const views = new Map<number, ThreadView>();
  let story: string[] = [];
  let timer: unknown;
  let isStopped = false;
  const draw = () => {
    systemClock.clearTimeout(timer);
    const now = Date.now();
    const lines = [...views.values()]
      .toSorted((a, b) => a.index - b.index)
      .map((view) => threadBar(view, pace.of(view, now), barWidth(stream.columns)));
    block.draw(lines, story);
    story = [];
    timer = systemClock.setTimeout(draw, everyMs);
  };
  const soon = () => {
    systemClock.clearTimeout(timer);
    if (!isStopped) timer = systemClock.setTimeout(draw, soonMs);
  };
  const stop = () => {
    if (isStopped) return;
    isStopped = true;
    systemClock.clearTimeout(timer);
    block.clear(story);
    stream.off?.('resize', soon);
    process.off('exit', stop);
  };
  stream.on?.('resize', soon);
  // However the process ends, even by a second Ctrl-C, no partial block stays on the screen.
  process.once('exit', stop);
  return {
    print: (line) => {
      if (isStopped) return plain(line);
      story.push(escaped(line));
      soon();
    },
    show: (view) => {
      views.set(view.index, view);
      soon();
    },
    learn: pace.learn,
    stop,
  };
}

/** The bar repeats the percentage, so on a narrow terminal it is shortened or left out. */
function barWidth(columns = 80): number {
  return columns >= 80 ? 20 : columns >= 60 ? 10 : 0;
}

/**
 * `#1 [=====...............]  27%, about 4 s left, s-t010000-1 PC1 3 of 11 layers`: the most important part comes
 * first, so it is cut last.
 */
function threadBar(view: ThreadView, part: Part, width: number): string {
  const percent = view.state === 'Finished' ? 100 : part.percent;
  const full = Math.round(((percent ?? 0) / 100) * width);
  const bar = width === 0 ? '' : `[${'='.repeat(full).padEnd(width, '.')}] `;
  const share = percent === null ? '    ' : `${String(percent).padStart(3)}%`;
  const left = view.mode === 'running' ? partText({ percent: null, leftMs: part.leftMs }) : '';
  const far = left === '' ? share : percent === null ? `${left},` : `${share}, ${left},`;
  return oneLine(`#${view.index} ${bar}${far} ${view.sector?.id ?? '-'} ${doing(view)}`);
}

function doing(view: ThreadView): string {
  const { mode, stage, state, progress } = view;
  const what = stage === '-' ? state : stage;
  switch (mode) {
    case 'running': {
      const steps = progress ? ` ${progress.done} of ${progress.total} ${progress.unit}` : '';
      return `${what}${steps}`;
    }
    case 'idle':
      if (view.sector !== null) return `waits for ${stage === 'AcquireDeals' ? 'pieces' : what}`;
      return view.idle === undefined ? 'idle' : `idle: ${view.idle}`;
    case 'resting':
      return 'rests before the next sector';
    default: {
      const error = errorText(view);
      return `${mode} at ${what}${error === null ? '' : `: ${error}`}`;
    }
  }
}
