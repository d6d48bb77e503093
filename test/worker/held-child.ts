/** A worker whose PC1 is done by a real child process, which takes its tasks when the test lets it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateOf } from '../processes/setup.js';
import { freshDir, isWorking, setup } from './setup.js';

/** Each task is noted, and handed on when the door is open. */
const doorkeeper = (tasks: string, door: string) => `
import { appendFileSync, existsSync } from 'node:fs';
import { Transform } from 'node:stream';
const real = process.stdin;
const held = new Transform({
  transform(chunk, _, done) {
    appendFileSync(${JSON.stringify(tasks)}, chunk);
    const look = () => (existsSync(${JSON.stringify(door)}) ? done(null, chunk) : void setTimeout(look, 5));
    look();
  },
});
real.on('end', () => process.exit());
Object.defineProperty(process, 'stdin', { value: real.pipe(held) });
`;

export async function heldChild(options: Parameters<typeof setup>[0] = {}) {
  const dir = freshDir();
  const [tasks, door, keeper] = [join(dir, 'tasks'), join(dir, 'door'), join(dir, 'keeper.mjs')];
  writeFileSync(tasks, '');
  writeFileSync(keeper, doorkeeper(tasks, door));
  const pc1 = {
    stage: 'pc1',
    stableWaitMs: 20_000,
    envs: { NODE_OPTIONS: `--import=${keeper}` },
    inheritEnvs: true,
    autoRestart: true,
  } as const;
  const made = await setup({ ...options, config: { processors: [pc1], ...options.config } });
  return {
    ...made,
    /** Lets the tasks through, those to come as well. */
    open: () => writeFileSync(door, ''),
    isOpen: () => existsSync(door),
    /** How many tasks the child was given. */
    taskCount: () => readFileSync(tasks, 'utf8').split('\n').length - 1,
    /** The thread's view and the process that does its PC1. */
    atWork: async (index = 0) => {
      const view = await made.until(
        index,
        (each) => isWorking('TicketAssigned')(each) && each.processor?.pid !== null,
      );
      return { view, pid: view.processor?.pid ?? 0 };
    },
    stateOf,
  };
}
