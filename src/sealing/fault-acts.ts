import type { FaultAct } from '../protocol/fault.js';

/** Performs the fault; never returns or resolves. */
export function act(how: FaultAct): Promise<never> {
  switch (how) {
    case 'throw':
      setImmediate(() => {
        throw new Error('a made-up throw');
      });
      return new Promise(() => undefined);
    case 'exit':
      // In a worker_thread this ends the thread, not the process.
      return process.exit(3);
    case 'heap':
      return fillHeap();
    case 'loop':
      for (;;);
  }
}

function fillHeap(): never {
  const kept: number[][] = [];
  for (;;) kept.push(Array.from({ length: 10_000 }, (_, at) => at + kept.length));
}
