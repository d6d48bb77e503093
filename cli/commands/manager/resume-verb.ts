import type { Command } from 'commander';
import { resume } from './resume.js';
import { act, examples } from './verbs.js';

/** `util worker resume`: one thread, all of a worker that are meant, or all of the fleet. */
export function resumeVerb(worker: Command): void {
  worker
    .command('resume')
    .description('resume a paused thread of a worker, at its state or another one, or many threads')
    .argument('[worker]', 'name as in list, or an address')
    .argument('[index]', 'thread, as in info')
    .argument('[state]', 'go on from this state (Aborted gives the sector up)')
    .option('--all', 'all paused threads of the worker')
    .option('--all-workers', 'those of every worker that reported')
    .option('--state-is <state>', 'paused threads in this state')
    .option('--error <text>', 'paused threads whose last error contains this text')
    .option('--plan <plan>', 'paused threads of this plan')
    .option(
      '--dry-run',
      'say what would be redone or skipped, change nothing; exit 1 when it would be refused',
    )
    .option('--force', 'also to a state whose needs are not there; recorded as forced')
    .option('--yes', 'do not ask before the abort of a sector whose pre-commit was submitted')
    .option('--reason <text>', 'kept in the history')
    .option('--json', 'one JSON document; a line each for many')
    .addHelpText(
      'after',
      examples(
        'worker resume w1 0',
        'worker resume w1 0 PC1Done --dry-run',
        'worker resume w1 0 Aborted --yes --reason "sector lost"',
        'worker resume w1 --all',
        'worker resume --all-workers --error "No space left"',
      ),
    )
    .action(act(resume));
}
