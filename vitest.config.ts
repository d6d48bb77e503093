import { randomInt } from 'node:crypto';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    execArgv: ['--conditions=development'],
    // One seed for all files of a run (test/tools/crash/sample.ts).
    env: { CRASH_SEED: process.env.CRASH_SEED ?? String(randomInt(2 ** 31)) },
    server: { deps: { external: [/\/dist\//] } },
  },
});
