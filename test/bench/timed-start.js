import { spawn } from 'node:child_process';

/** Runs node with `args` to its end, ms. Not spawnSync: the worker that answers it lives in this process. */
export async function timedStart(args) {
  const started = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.resume();
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${args.join(' ')} exited with ${code}`);
  return performance.now() - started;
}
