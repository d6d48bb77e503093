/** The worker dies, and a file is damaged before it is back: that is found and named, and the resume that is named heals it. */
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import { adviceIn, filesUnder, type Kind, kinds } from '../sealing/damage.js';
import type { Damaged } from './matrix.js';
import { drawn } from './sample.js';
import { soon, type World } from './world.js';

const ways = Object.keys(kinds) as Kind[];

/** The sector goes to its end; `cell` draws which file is damaged, and how. */
export async function comeBackDamaged(world: World, what: Damaged, cell: string, gate: string) {
  const { id = '' } = (await world.thread()).sector ?? {};
  let path = '';
  const way = drawn(`${cell} kind`, ways);
  await world.killWorker(() => {
    const root = what === 'file' ? join(world.store, 'sectors', id) : world.remote;
    const files = filesUnder(root).filter((file) => what === 'file' || file.includes(id));
    path = join(root, drawn(`${cell} file`, files));
    kinds[way](path);
  });
  world.gates.open(gate);
  const isDone = async () => {
    if (world.worker().lines.some((line) => / Finished -> Empty/.test(line))) return true;
    const { mode, lastError } = await world.thread();
    if (mode !== 'paused' || lastError === null) return false;
    expect(lastError).toMatchObject({ level: 'permanent', message: expect.stringContaining(basename(path)) });
    const { to, isMovedAway } = adviceIn(lastError.message);
    if (isMovedAway) rmSync(path);
    const answer = await world.post('/threads/0/resume', { state: to, by: 'alice' });
    expect(answer, `resume --state ${to} after: ${lastError.message}`).toMatchObject({ changed: true });
    return false;
  };
  const sayWhere = async (cause: unknown) => {
    const { state, mode, lastError } = await world.thread();
    const said = [...world.worker().lines.slice(-20), `${state} ${mode} ${lastError?.message}`].join('\n');
    throw new Error(`${way} of ${path}: ${cause}\n${said}`, { cause });
  };
  await expect.poll(isDone, soon).toBe(true).catch(sayWhere);
}
