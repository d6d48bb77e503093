/** A processor whose work is its answer: `size` characters. */
import { createInterface } from 'node:readline';

console.log('pc1 processor ready');
for await (const line of createInterface(process.stdin)) {
  const { id, task } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify({ id, err_msg: null, output: 'x'.repeat(task.size) })}\n`);
}
