/** Processors that go wrong in one way each, with the verdict that each must get. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ProcessorStage } from '#src/sealing/tasks.js';
import { faults, fileWith, processorFile, tried } from '../tools/conformance/setup.js';
import { isAlive } from '../tools/processes/setup.js';

interface Case {
  readonly what: string;
  /** What is other in a sound processor. */
  readonly is: string;
  readonly gets: readonly string[];
  /** What is seen, by check. */
  readonly seen?: Readonly<Record<string, RegExp>>;
  readonly stage?: ProcessorStage;
  /** @default 20000 */
  readonly timeoutMs?: number;
  readonly stableWaitMs?: number;
}

const starts: readonly Case[] = [
  {
    what: 'prints no ready line',
    is: `word = '';`,
    gets: ['ready line FAIL'],
    seen: { 'ready line': /^no line "tree_d processor ready": within 1000 ms$/ },
    stableWaitMs: 1000,
  },
  {
    what: "prints another stage's ready line",
    is: `word = 'pc1 processor ready';`,
    gets: ['ready line FAIL'],
    seen: { 'ready line': /, but "pc1 processor ready": within 1000 ms$/ },
    stableWaitMs: 1000,
  },
  {
    what: 'ends before it is ready',
    is: 'process.exit(3);',
    gets: ['ready line FAIL'],
    seen: { 'ready line': /it exited with code 3$/ },
  },
  {
    what: 'sets its ready line off with blanks',
    is: `word = ' tree_d processor ready ';`,
    gets: ['ready line warn'],
    seen: { 'ready line': /^" tree_d processor ready "$/ },
  },
  {
    what: 'prints a banner first',
    is: `say('welcome');`,
    gets: ['ready line warn', 'stdout warn'],
    seen: { 'ready line': /come before it: "welcome"/, stdout: /^1 stray lines, such as "welcome"$/ },
  },
];

const answers: readonly Case[] = [
  {
    what: 'never answers',
    is: 'serve = () => undefined;',
    gets: ['answer FAIL'],
    seen: { answer: /^no answer to id 1: within 300 ms$/, 'several at once': /^needs: answer$/ },
    timeoutMs: 300,
  },
  {
    what: 'is silent over what another processor made',
    is: `word = 'c2 processor ready'; serve = () => undefined;`,
    stage: 'c2',
    gets: ['answer warn'],
    seen: { answer: /^silent over a task that it cannot read/, garbage: /^needs: answer$/ },
    timeoutMs: 300,
  },
  {
    what: 'answers an id that nobody asked for',
    is: 'serve = (id) => answer(id + 998, true);',
    gets: ['answer FAIL', 'one answer each FAIL'],
    seen: {
      answer: /^id 1 was asked, and 999 is answered$/,
      'one answer each': /^id 999 was never requested$/,
    },
    timeoutMs: 300,
  },
  {
    what: 'answers an unknown id beside',
    is: 'serve = (id) => { answer(id, true); answer(id + 998, true); };',
    gets: ['unknown task warn', 'one answer each FAIL'],
    seen: { 'unknown task': /^it says that it has done it$/ },
  },
  {
    what: 'answers twice',
    is: 'const once = serve; serve = (id, task) => { once(id, task); once(id, task); };',
    gets: ['one answer each FAIL'],
    seen: { 'one answer each': /^id 1, 2, 3, .*more than once$/ },
  },
  {
    what: 'prints garbage between its answers',
    is: `const quietly = serve; serve = (id, task) => { say('12% {done'); quietly(id, task); };`,
    gets: ['stdout warn'],
    seen: { stdout: /stray lines, such as "12% \{done"$/ },
  },
  ...[
    ['a number in err_msg', '{"id":1,"err_msg":7,"output":null}', 'FAIL', /^err_msg is 7$/],
    ['neither err_msg nor output', '{"id":1,"err_msg":null}', 'FAIL', /^neither/],
    ['broken JSON', '{"id":1,"output":', 'FAIL', /^no JSON: \{"id":1,"output":$/],
    ['both err_msg and output', '{"id":1,"err_msg":"no","output":1}', 'warn', /^both/],
    ['an empty err_msg', '{"id":1,"err_msg":"","output":null}', 'warn', /nobody will know why/],
  ].map(([what, line, verdict, seen]) => ({
    what: `answers with ${what}`,
    is: `const well = serve; serve = (id, task) => (id === 1 ? say(${JSON.stringify(line)}) : well(id, task));`,
    gets: [`form of an answer ${verdict}`],
    seen: { 'form of an answer': seen as RegExp },
  })),
  {
    what: 'gives what does not fit its stage',
    is: 'serve = (id, task) => isUnknown(task) ? answer(id, null, "no") : answer(id, { root: [1, 2] });',
    gets: ['output FAIL'],
    seen: { output: /^\{"root":\[1,2\]\} is not true, or the 32 bytes/ },
  },
  {
    what: 'unseals an upgraded sector as any other',
    is: `word = 'unseal processor ready';
serve = (id, task) => {
  if (isUnknown(task)) return answer(id, null, 'no such task');
  require('node:fs').writeFileSync(task.unsealed_output, Buffer.alloc(task.num_bytes));
  answer(id, task.num_bytes);
};`,
    stage: 'unseal',
    gets: ['upgraded sector FAIL'],
    seen: { 'upgraded sector': /^other bytes come out of a real sector of 2KiB than were put in$/ },
  },
  {
    what: 'loses what comes while it works',
    is: `let isBusy = false; const alone = serve;
serve = (id, task) => {
  if (isBusy) return;
  isBusy = true;
  setTimeout(() => { isBusy = false; alone(id, task); }, 100);
};`,
    gets: ['several at once FAIL', 'after a failure FAIL'],
    seen: { 'several at once': /^no answer to 3, 4, .* of 8: within 1000 ms$/ },
    timeoutMs: 1000,
  },
];

const faultsAndEnds: readonly Case[] = [
  {
    what: 'keeps silent over an unknown task',
    is: 'const known = serve; serve = (id, task) => isUnknown(task) || known(id, task);',
    gets: ['unknown task warn'],
    seen: { 'unknown task': /^silent: within 500 ms$/ },
    timeoutMs: 500,
  },
  {
    what: 'dies of an unknown task',
    is: 'const known = serve; serve = (id, task) => isUnknown(task) ? process.exit(4) : known(id, task);',
    gets: ['unknown task FAIL', 'after a failure FAIL', 'stays up FAIL'],
    seen: {
      'unknown task': /^it exited with code 4$/,
      'stays up': /^it exited with code 4, and ended 1 times more$/,
    },
  },
  {
    what: 'dies of garbage',
    is: 'const calmly = onLine; onLine = (line) => (line === "" ? process.exit(5) : calmly(line));',
    gets: ['garbage FAIL', 'stays up FAIL'],
    seen: { garbage: /it exited with code 5$/ },
  },
  {
    what: 'never does a task again',
    is: `let tasks = 0; const first = serve;
serve = (id, task) => (isUnknown(task) || ++tasks < 11 ? first(id, task) : answer(id, null, 'the cache is there'));`,
    gets: ['after a failure FAIL'],
    seen: { 'after a failure': /^done before, now refused: the cache is there$/ },
  },
  {
    what: 'ends when it has answered',
    is: 'serve = (id) => process.stdout.write(JSON.stringify({ id, err_msg: null, output: true }) + "\\n", () => process.exit(0));',
    gets: ['several at once FAIL', 'stays up FAIL'],
    seen: { 'stays up': /^it exited with code 0, and ended/ },
  },
  {
    what: 'cannot read a long line',
    is: `word = 'c2 processor ready';
const short = onLine; onLine = (line) => { if (line.length > 1e6) process.exit(6); short(line); };
serve = (id) => answer(id, null, 'no c1out');`,
    stage: 'c2',
    gets: ['large task FAIL', 'stays up FAIL'],
    seen: { 'large task': /^50 MB: it exited with code 6$/ },
  },
];

describe.each([...starts, ...answers, ...faultsAndEnds])('a processor that $what', (it) => {
  test(`gets ${it.gets.join(', ')}`, async () => {
    const { stage = 'tree_d', timeoutMs = 20_000, stableWaitMs = 20_000 } = it;
    const results = await tried({
      command: process.execPath,
      args: [processorFile(it.is)],
      ...{ stage, timeoutMs, stableWaitMs },
    });
    const told = faults(results);
    // One that dies may do so before or behind another check: what must be there is.
    expect(told).toEqual(expect.arrayContaining([...it.gets]));
    if (!told.includes('stays up FAIL')) expect(told).toEqual(it.gets);
    for (const [check, seen] of Object.entries(it.seen ?? {})) expect(results[check]?.seen).toMatch(seen);
    for (const { verdict, advice } of Object.values(results))
      expect(advice !== null).toBe(verdict === 'warn' || verdict === 'FAIL');
  });
});

test('one that ignores the end of its stdin gets stdin closed FAIL, and is killed', async () => {
  const script = `trap '' TERM; echo 'tree_d processor ready'; echo $$ > "$0.pid"
while read -r line; do
  id=\${line#*:}; id=\${id%%,*}
  case $line in *no_such*) o='"no",null';; *) o='null,true';; esac
  case $id in [0-9]*) echo "{\\"id\\":$id,\\"err_msg\\":\${o%,*},\\"output\\":\${o#*,}}";; esac
done
while :; do sleep 0.1; done`;
  const file = fileWith('deaf.sh', script);
  const results = await tried({ command: '/bin/sh', args: [file], stage: 'tree_d' });
  expect(faults(results)).toEqual(['stdin closed FAIL']);
  expect(results['stdin closed']?.seen).toBe('it runs on after 5000 ms, and was killed');
  expect(isAlive(Number(readFileSync(`${file}.pid`, 'utf8')))).toBe(false);
});

test('lines of progress and a long log are no fault', async () => {
  const loud = `console.error('x'.repeat(2_000_000));
const still = serve;
serve = (id, task) => { say(JSON.stringify({ id, progress: { done: 1, total: 2, unit: 'layers' } })); still(id, task); };`;
  const results = await tried({ command: process.execPath, args: [processorFile(loud)], stage: 'tree_d' });
  expect(faults(results)).toEqual([]);
  expect(results.stdout?.seen).toMatch(/^answers, and \d+ lines of progress$/);
});

test('a task of the caller is the one that is tried, and never twice at once', async () => {
  const particular = `serve = (id, task) => (task.mine === 7 ? answer(id, true) : answer(id, null, 'not mine'));`;
  const args = [processorFile(particular)];
  const results = await tried({ command: process.execPath, args, stage: 'tree_d', task: { mine: 7 } });
  expect(faults(results)).toEqual([]);
  expect(results.answer?.seen).toMatch(/^done/);
  expect(results['several at once']?.verdict).toBe('skipped');
});
