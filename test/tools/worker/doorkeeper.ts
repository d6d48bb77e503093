/** A processor child that takes its tasks when the test lets it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Each task is noted, and handed on when the door is open. */
const script = (tasks: string, door: string) => `
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

export function doorkeeper(dir: string) {
  const [tasks, door, keeper] = [join(dir, 'tasks'), join(dir, 'door'), join(dir, 'keeper.mjs')];
  writeFileSync(tasks, '');
  writeFileSync(keeper, script(tasks, door));
  return {
    /** The child's environment. */
    envs: { NODE_OPTIONS: `--import=${keeper}` },
    /** Lets the tasks through, those to come as well. */
    open: () => writeFileSync(door, ''),
    /** How many tasks the child was given. */
    taskCount: () => readFileSync(tasks, 'utf8').split('\n').length - 1,
  };
}
