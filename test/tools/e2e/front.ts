/** A manager in front of another one, as an operator runs it. */
import { join } from 'node:path';
import type { SeenSector } from '../../../src/protocol/seen-sector.js';
import type { Daemon } from './fleet.js';
import { onSectors } from './fleet.js';
import { start } from './setup.js';

/** In front of the manager at `upstream`, host:port. */
export async function startFront(dir: string, upstream: string, port = 0): Promise<Daemon> {
  const args = ['daemon', 'run', '--upstream', upstream, '--listen', `127.0.0.1:${port}`];
  const front = start('venus-sector-manager', [...args, '--home', join(dir, 'front')]);
  const told = await front.line(/listens on http:\/\/(\S+)/);
  return { ...front, at: told[1] ?? '' };
}

/** What a manager in front of another one saw of sectors. */
export async function seenBy(at: string): Promise<readonly SeenSector[]> {
  return JSON.parse((await onSectors(at, 'sectors', '--json')).stdout) as SeenSector[];
}

export async function stepsOf(at: string, sector: string): Promise<readonly string[]> {
  const answer = await fetch(`http://${at}/api/v1/sectors/${sector}/history`);
  return ((await answer.json()) as { readonly text: string }[]).map(({ text }) => text);
}
