/** The live lines of `sealvisor start`, one a thread. */

import { systemClock } from '../../src/actors/system-clock.js';
import { type Part, partText } from '../../src/protocol/sector-progress.js';
import { escaped, oneLine } from '../../src/protocol/text/escaped.js';
import type { ThreadView } from '../../src/protocol/thread.js';
import { errorText } from '../../src/protocol/upstream-thread.js';
import { type LiveStream, liveBlock } from './live-block.js';
import { type SectorPace, sectorPace } from './sector-pace.js';

export interface ProgressDisplay {
  /** A line that stays. */
  print(line: string): void;
  show(view: ThreadView): void;
  /** A row of history, for the time that is left. */
  learn: SectorPace['learn'];
  /** Takes the live lines away; what is printed later is printed as it is. Safe twice. */
  stop(): void;
}

const soonMs = 50;
/** The time left keeps counting while nothing else happens. */
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
  // Whatever ends the process, a second Ctrl-C too, leaves no half of a picture.
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

/** The bar says what the percent says: where a line has little room, it gives its own. */
function barWidth(columns = 80): number {
  return columns >= 80 ? 20 : columns >= 60 ? 10 : 0;
}

/** `#1 [=====...............]  27%, about 4 s left, s-t010000-1 PC1 3 of 11 layers`: what matters most is cut last. */
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
