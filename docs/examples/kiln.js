import { startSupervisor } from 'sealvisor/actors';
import { spareThreads, ThreadAddress, threadChild } from 'sealvisor/threads';

const machine = new URL('./kiln-machine.js', import.meta.url);
const spares = spareThreads({ machine, count: 1 });
let degrees = 0;

const start = threadChild({
  machine,
  name: 'kiln',
  spares,
  // Each incarnation starts from what the last one told.
  input: () => ({ degrees }),
  onEvent: ({ status, value, context }, incarnation) => {
    degrees = context.degrees;
    console.log(`kiln ${incarnation}: ${status}, ${value}, ${degrees}`);
  },
});
const supervisor = await startSupervisor({
  intensity: 5,
  children: [{ id: 'kiln', start, restart: 'transient' }],
});
supervisor.subscribe(({ kind, exit }) => console.log(kind, exit?.error?.message ?? exit?.kind ?? ''));
const kiln = new ThreadAddress(supervisor, 'kiln');

// The second event crashes the machine; what was sent behind it waits for the next incarnation.
for (const type of ['HEAT', 'FIRE', 'HEAT', 'HEAT', 'FIRE']) kiln.send({ type });
await new Promise((resolve) => supervisor.subscribe(({ exit }) => exit?.kind === 'normal' && resolve()));
await supervisor.stop();
await spares.stop();
