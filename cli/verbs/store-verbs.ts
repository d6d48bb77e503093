/** `venus-worker store …`, and upstream's names for what its `init` does. */
import { config, json } from './shared-options.js';
import { option, type Verb } from './verb.js';

const store = () => import('../commands/worker/store.js');

const upstreamInit = (name: string, kind: 'location' | 'attached'): Verb => ({
  name,
  isHidden: true,
  about: `the same as init --kind ${kind}, under its name upstream`,
  options: [option('-l, --loc <dir...>', 'directories', { isRequired: true })],
  run: async () => {
    const { storeInit } = await store();
    return ({ loc }: { readonly loc: readonly string[] }) => storeInit({ location: loc, kind });
  },
});

export const storeVerb: Verb = {
  name: 'store',
  about: 'show, check and create the marks of locations and attached stores, without a running worker',
  examples: [
    'store list -c venus-worker.toml',
    'store init -c venus-worker.toml',
    'store init -c venus-worker.toml -l /mnt/disk2',
    'store check -c venus-worker.toml',
  ],
  exitCodes: '0 done, 1 failed, 2 wrong usage',
  verbs: [
    {
      name: 'list',
      about: 'list every location and attached store with its mark, its state, and who made it',
      options: [config, json],
      examples: ['list -c venus-worker.toml'],
      run: async () => (await store()).storeList,
    },
    {
      name: 'check',
      about: 'list them, and exit with 1 if one cannot be used as it is',
      options: [config, json],
      examples: ['check -c venus-worker.toml'],
      run: async () => (await store()).storeCheck,
    },
    {
      name: 'init',
      about: 'create missing marks; with -l accept a directory as it is now, whatever it was before',
      options: [
        { ...config, isRequired: false },
        option('-l, --location <dir...>', 'only these directories (upstream: --loc)'),
        option('--kind <kind>', 'without -c: location or attached', { otherwise: 'location' }),
        json,
      ],
      examples: [
        'init -c venus-worker.toml',
        'init -c venus-worker.toml -l /mnt/disk2',
        'init -l /mnt/store1 --kind attached',
      ],
      run: async () => (await store()).storeInit,
    },
    upstreamInit('sealing-init', 'location'),
    upstreamInit('file-init', 'attached'),
    upstreamInit('attach-init', 'attached'),
  ],
};
