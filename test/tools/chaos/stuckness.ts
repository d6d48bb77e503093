/** What a person would look at when nothing moves any more. */
import { spawnSync } from 'node:child_process';
import { onSectors, onWorker } from '../e2e/fleet.js';
import type { StormDisk } from './storm-disks.js';

function shell(bin: string, args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(bin, args, { encoding: 'utf8' });
  return `${stdout}${stderr}`;
}

export async function stuckness(
  fleet: { readonly workerAt: string; readonly managerAt: string; readonly disks: readonly StormDisk[] },
  workerLog: string,
): Promise<string> {
  const paths = fleet.disks.map(({ path }) => path);
  const said = [
    await onWorker(fleet.workerAt, 'list', '--wide'),
    await onWorker(fleet.workerAt, 'why'),
    await onSectors(fleet.managerAt, 'sectors'),
  ].map(({ stdout, stderr }) => `${stdout}${stderr}`);
  return [
    ...said,
    shell('df', ['-k', ...paths]),
    shell('find', [...paths, '-path', '*/sectors/*', '-size', '+0']),
    shell('tail', ['-n', '60', workerLog]),
  ].join('\n');
}
