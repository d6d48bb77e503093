/** Whether all deaths are to be died (`npm run test:crash`), or a few. */
export const isWhole = process.env.CRASH_MATRIX === 'whole';
