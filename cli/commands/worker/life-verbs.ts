/** What `worker` can do with the worker as a whole; each is loaded when it is asked for. */
import type { Command } from 'commander';
import { act, examples } from './thread-verbs.js';

export function lifeVerbs(worker: Command): void {
  const life = () => import('./life.js');
  verb(worker, 'info', 'the worker: its life, its limits, its breakers, its counts')
    .addHelpText('after', examples('info', 'info --json'))
    .action(act(async () => (await life()).info));
  commandOf(worker, 'cordon', 'take no new sectors; those begun are finished')
    .addHelpText('after', examples('cordon --reason "new kernel tonight"'))
    .action(act(async () => (await life()).cordon));
  commandOf(worker, 'uncordon', 'lift cordon and drain; threads that the drain paused go on')
    .addHelpText('after', examples('uncordon'))
    .action(act(async () => (await life()).uncordon));
  commandOf(worker, 'drain', 'bring each thread to a safe point, and take no new sectors')
    .option('--to-finish', "to the end of each thread's sector instead of the end of its stage")
    .option('--deadline <duration>', 'threads that still work then are paused at once')
    .option('--wait', 'a line for each change until all threads are there; Ctrl-C leaves the drain on')
    .addHelpText('after', examples('drain --wait', 'drain --to-finish --deadline 2h --reason "new kernel"'))
    .action(act(async () => (await life()).drain));
  commandOf(
    worker,
    'adopt',
    'adopt the manager that answers now; sectors of the other one are given up or paused',
  )
    .option('--yes', 'do not ask')
    .addHelpText('after', examples('adopt', 'adopt --yes --reason "the manager moved to a new home"'))
    .action(act(async () => (await import('./adopt.js')).adopt));
  commandOf(worker, 'stop', 'end the daemon at a safe point, as SIGTERM does')
    .option(
      '--grace <duration>',
      'how long running stages may take to end (default: stop_grace of the configuration)',
    )
    .option('--yes', 'do not ask')
    .addHelpText('after', examples('stop --yes', 'stop --grace 10m'))
    .action(act(async () => (await life()).stop));
  commandOf(worker, 'limit', 'how many threads may do a stage at once: all limits, or one, or change one')
    .argument('[stage]', 'as in the configuration: pc1')
    .argument('[n]', 'a whole number from 1, or none; kept over restarts')
    .addHelpText('after', examples('limit', 'limit pc1 4', 'limit pc1 none'))
    .action(async (stage: string | undefined, most: string | undefined, _: unknown, command: Command) =>
      (await import('./limits.js')).limit(stage, most, command.optsWithGlobals()),
    );
  commandOf(worker, 'breaker', 'stages that failed the same way on several threads, and wait for one to try')
    .argument('[stage]', 'as shown without one')
    .option('--close', 'let the threads that wait before it go on')
    .addHelpText('after', examples('breaker', 'breaker c2 --close'))
    .action(async (stage: string | undefined, _: unknown, command: Command) =>
      (await import('./limits.js')).breaker(stage, command.optsWithGlobals()),
    );
  commandOf(
    worker,
    'reload',
    "compare the configuration's file with what runs, and bring the one to the other",
  )
    .option('--dry-run', 'print the differences, change nothing')
    .addHelpText('after', examples('reload --dry-run', 'reload'))
    .action(act(async () => (await import('./reload.js')).reload));
}

function verb(worker: Command, name: string, what: string): Command {
  return worker.command(name).description(what).option('--json', 'one JSON document');
}

function commandOf(worker: Command, name: string, what: string): Command {
  return verb(worker, name, what).option('--reason <text>', 'why, for those who come after');
}
