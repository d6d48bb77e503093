/** `npm run bench [-- part …]`: every figure side by side with its floor, in one run. Ratios count more than milliseconds. */
delete process.env.NODE_EXTRA_CA_CERTS;

const parts = [
  'cli',
  'threads',
  'memory',
  'store',
  'control',
  'pause-now',
  'restart',
  'history',
  'supervision',
  'sealing',
  'processor',
  'loop-delay',
  'large-sector',
  'upstream',
];
const asked = process.argv.slice(2);
const unknown = asked.filter((part) => !parts.includes(part));
if (unknown.length > 0) {
  console.error(`error: no part ${unknown.join(', ')}: known are ${parts.join(', ')}`);
  process.exit(2);
}
let short = 0;
for (const part of asked.length > 0 ? asked : parts) {
  const { bench } = await import(`./${part}.js`);
  short += await bench();
}
console.log(short === 0 ? '\nevery promised figure was kept' : `\n${short} promised figures fell short`);
