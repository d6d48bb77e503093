/** `venus-worker store …`, and upstream's names for what its `init` does. */
import type { Command } from 'commander';
import type { StoreOptions } from './store.js';

export function storeVerbs(program: Command): void {
  const store = program
    .command('store')
    .description('show, check and make the marks of locations and attached stores; needs no running worker')
    .addHelpText(
      'after',
      `
Examples:
  venus-worker store list -c venus-worker.toml
  venus-worker store init -c venus-worker.toml
  venus-worker store init -c venus-worker.toml -l /mnt/disk2
  venus-worker store check -c venus-worker.toml

Exit codes: 0 done, 1 failed, 2 wrong usage`,
    );
  store
    .command('list')
    .description('list every location and attached store with its mark, its state, and who made it')
    .requiredOption('-c, --config <file>', 'configuration, TOML')
    .option('--json', 'one JSON document')
    .addHelpText('after', examples('list -c venus-worker.toml'))
    .action(async (options: StoreOptions) => (await import('./store.js')).storeList(options));
  store
    .command('check')
    .description('list them, and exit with 1 when one cannot be used as it is')
    .requiredOption('-c, --config <file>', 'configuration, TOML')
    .option('--json', 'one JSON document')
    .addHelpText('after', examples('check -c venus-worker.toml'))
    .action(async (options: StoreOptions) => (await import('./store.js')).storeCheck(options));
  store
    .command('init')
    .description(
      'make the marks that are missing; with -l use a directory as it is now, whatever it was before',
    )
    .option('-c, --config <file>', 'configuration, TOML')
    .option('-l, --location <dir...>', 'only these directories (upstream: --loc)')
    .option('--kind <kind>', 'without -c: location or attached', 'location')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      examples(
        'init -c venus-worker.toml',
        'init -c venus-worker.toml -l /mnt/disk2',
        'init -l /mnt/store1 --kind attached',
      ),
    )
    .action(async (options: StoreOptions) => (await import('./store.js')).storeInit(options));
  for (const [name, kind] of [
    ['sealing-init', 'location'],
    ['file-init', 'attached'],
    ['attach-init', 'attached'],
  ] as const)
    store
      .command(name, { hidden: true })
      .description(`the same as init --kind ${kind}, under its name upstream`)
      .requiredOption('-l, --loc <dir...>', 'directories')
      .action(async ({ loc }: { readonly loc: readonly string[] }) =>
        (await import('./store.js')).storeInit({ location: loc, kind }),
      );
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  venus-worker store ${line}`).join('\n')}`;
}
