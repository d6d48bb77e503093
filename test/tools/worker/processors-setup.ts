/** The worker's processor children over small scripts, or over the real command. */

import { expect, onTestFinished } from 'vitest';
import { homeMark } from '#src/processes/index.js';
import type { ProcessAnswer } from '#src/worker/border/contract.js';
import type { ProcessorCommand } from '#src/worker/processors/command.js';
import {
  type ProcessorsOptions,
  type SeatDesk,
  WorkerProcessors,
} from '#src/worker/processors/processors.js';
import { processTask } from '#src/worker/thread/process.js';
import { freshDir, isAlive, obedientFile } from '../processes/setup.js';
import { messagesTo } from '../protocol/told-events.js';
import type { Run } from '../sealing/by-tasks.js';

/** A child that does what its task says (`obedient`). */
export function command(script = obedientFile(), stage = 'work'): ProcessorCommand {
  const { NODE_EXTRA_CA_CERTS, ...env } = process.env;
  return { stage, command: process.execPath, args: [script], env, stableWaitMs: 20_000, autoRestart: true };
}

export async function startProcessors(
  processors: readonly ProcessorCommand[] = [command()],
  mark = homeMark(freshDir()),
  more: Partial<ProcessorsOptions> = {},
  door: SeatDesk = { look: () => undefined, isAtTheDoor: () => true },
) {
  const warnings: string[] = [];
  const told: (readonly [number, unknown])[] = [];
  const desk = new WorkerProcessors({
    processors,
    mark,
    emit: messagesTo(warnings),
    onProgress: (index, progress) => told.push([index, progress]),
    ...more,
  });
  desk.goBy(door);
  const tree = await desk.start();
  const pids = new Set<number>();
  onTestFinished(async () => {
    await tree.stop();
    expect([...pids].filter(isAlive)).toEqual([]);
  });
  /** The next start of a child. */
  const nextStart = () =>
    new Promise<void>((resolve) => {
      const unsubscribe = tree.supervisor.subscribe(({ kind }) => {
        if (kind !== 'child.started') return;
        unsubscribe();
        resolve();
      });
    });
  /** The process that holds the thread's request. */
  const pidOf = async (index: number) => {
    await expect.poll(() => desk.workOf(index), { interval: 1 }).not.toBeNull();
    const pid = desk.workOf(index)?.pid ?? 0;
    pids.add(pid);
    return pid;
  };
  /** As a thread asks: what is left of the very same task is taken up first. */
  const ask = async (index: number, task: object): Promise<unknown> => {
    const digest = JSON.stringify(task);
    const { line } =
      (await desk.takeUp(index, 'work', digest)) ?? (await desk.request(index, 'work', taskOf(task), digest));
    return JSON.parse(textOf(line)).output;
  };
  return { desk, tree, warnings, told, nextStart, pidOf, ask };
}

export const taskOf = (task: object) => [new TextEncoder().encode(JSON.stringify(task))];
/** A short answer comes as its line. */
export function textOf(line: ProcessAnswer['line']): string {
  if (line instanceof Uint8Array) return Buffer.from(line).toString();
  throw new Error('the answer is a file');
}

/** Does tasks as a sealing thread does them when a child has the stage. */
export function runIn(
  { desk }: Pick<Awaited<ReturnType<typeof startProcessors>>, 'desk'>,
  index = 0,
  { into }: { readonly into?: (stage: string) => Promise<string> } = {},
): Run {
  return (stage, task) =>
    processTask(
      {
        children: desk.stages,
        calls: {
          takeUp: (...task) => desk.takeUp(index, ...task),
          request: (...task) => desk.request(index, ...task),
        },
      },
      stage,
      task,
      {
        ...{ signal: new AbortController().signal, progress: () => undefined },
        ...(into ? { into: () => into(stage) } : {}),
      },
    );
}
