import { assign, setup } from 'xstate';

const warmer = assign({ degrees: ({ context }) => context.degrees + 100 });
const isHot = ({ context }) => context.degrees >= 300;

/** Heats up step by step; FIRE in a cold kiln breaks it. */
export const machine = setup({ actions: { warmer, breaks }, guards: { isHot } }).createMachine({
  context: ({ input }) => ({ degrees: input.degrees }),
  initial: 'heating',
  states: {
    heating: {
      on: { HEAT: { actions: 'warmer' }, FIRE: [{ guard: 'isHot', target: 'fired' }, { actions: 'breaks' }] },
    },
    fired: { type: 'final' },
  },
});

function breaks() {
  throw new Error('too cold');
}
