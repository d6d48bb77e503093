import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileWith, freshDir, processorFile } from '../tools/conformance/setup.js';
import { run, start } from '../tools/e2e/setup.js';
import { isAlive } from '../tools/processes/setup.js';

const check = (...args: readonly string[]) => run('sealvisor', ['processor', 'check', ...args]);
const node = process.execPath;

test('a sound processor: a table, a summary on stderr, exit 0, and nothing is left in the temporary directory', async () => {
  const tmp = freshDir();
  const args = ['processor', 'check', node, 'tree_d', '--', processorFile()];
  const { code, stdout, stderr } = await run('sealvisor', args, { env: { TMPDIR: tmp } });
  const [head, first, ...rest] = stdout.trimEnd().split('\n');
  expect(head).toMatch(/^Check +Verdict +Seen +What to do$/);
  expect(first).toMatch(/^ready line +ok +after \d+ ms +-$/);
  expect(rest).toHaveLength(12);
  expect(stderr).toBe('13 checks: 12 ok, 0 warn, 0 FAIL, 1 skipped\n');
  expect(code).toBe(0);
  expect(readdirSync(tmp)).toEqual([]);
});

test('one that fails a check: what to do, and exit 1', async () => {
  const file = processorFile(
    'const once = serve; serve = (id, task) => { once(id, task); once(id, task); };',
  );
  const { code, stdout, stderr } = await check(node, 'tree_d', '--', file);
  expect(stdout).toMatch(/^one answer each +FAIL +id 1, .* more than once +answer each id exactly once/m);
  expect(stderr).toContain(' 1 FAIL, ');
  expect(code).toBe(1);
});

test('a warning alone is exit 0', async () => {
  const { code, stdout } = await check(node, 'tree_d', '--', processorFile(`say('welcome');`));
  expect(stdout).toMatch(/^stdout +warn /m);
  expect(code).toBe(0);
});

test('with --json it is one document: every check with its verdict, what was seen, and what to do', async () => {
  const file = processorFile('serve = () => undefined;');
  const { code, stdout } = await check(node, 'tree_d', '--json', '--timeout', '200ms', '--', file);
  const { checks, ...about } = JSON.parse(stdout);
  expect(about).toEqual({ bin: node, args: [file], stage: 'tree_d' });
  expect(checks[0]).toEqual({
    check: 'ready line',
    verdict: 'ok',
    seen: expect.stringMatching(/^after \d+ ms$/),
    advice: null,
  });
  expect(checks[1]).toMatchObject({
    check: 'answer',
    verdict: 'FAIL',
    seen: 'no answer to id 1: within 200 ms',
    advice: expect.stringContaining('--task'),
  });
  expect(code).toBe(1);
});

test('a stable wait and a task can be given', async () => {
  const task = fileWith('task.json', '{"mine":7}');
  const mine = processorFile(
    `serve = (id, task) => answer(id, task.mine === 7 || null, task.mine === 7 ? null : 'no');`,
  );
  const done = await check(node, 'tree_d', '--task', task, '--stable-wait', '20s', '--', mine);
  expect(done.stdout).toMatch(/^answer +ok +done/m);
  const late = await check(node, 'tree_d', '--stable-wait', '1s', '--', processorFile(`word = '';`));
  expect(late.stdout).toMatch(
    /^ready line +FAIL +no line "tree_d processor ready": within 1000 ms +print "tree_d processor/m,
  );
});

test('a task is sent as it stands in its file, on one line', async () => {
  const task = fileWith('task.json', '{\n  "mine": [18446744073709551615, 1.0],\n  "mine": 7\n}\n');
  const raw = fileWith(
    'raw.mjs',
    `import { createInterface } from 'node:readline';
console.log('tree_d processor ready');
const asked = '{   "mine": [18446744073709551615, 1.0],   "mine": 7 }';
createInterface({ input: process.stdin }).on('line', (line) => {
  const id = /"id":(\\d+)/.exec(line)?.[1];
  if (id) console.log('{"id":' + id + (line.includes(asked) ? ',"output":true}' : ',"err_msg":"other"}'));
}).on('close', () => process.exit());`,
  );
  const { stdout } = await check(node, 'tree_d', '--task', task, '--stable-wait', '20s', '--', raw);
  expect(stdout).toMatch(/^answer +ok +done/m);
});

test.each([
  [
    'an unknown stage',
    ['node', 'pc3'],
    /^error: no stage is named pc3: did you mean pc1\? a processor does one of add_pieces, .*\(usage\)\n$/,
  ],
  [
    'a program that is not there',
    ['/no/such/program', 'pc1'],
    /^error: cannot run \/no\/such\/program: .*ENOENT.*: give the path of an executable file \(usage\)\n$/,
  ],
  ['a directory', ['DIR', 'pc1'], /^error: cannot run .*EACCES.*executable file \(usage\)\n$/],
  [
    'a file that is not executable',
    ['FILE', 'pc1'],
    /^error: cannot run .*EACCES.*executable file \(usage\)\n$/,
  ],
  ['no duration', ['node', 'pc1', '--timeout', 'soon'], /^error: --timeout: "soon" is not a duration/],
  [
    'no task file',
    ['node', 'pc1', '--task', '/no/task'],
    /^error: --task \/no\/task: ENOENT.*give a file with a task as JSON \(usage\)\n$/,
  ],
  [
    'a task that is no JSON',
    ['node', 'pc1', '--task', 'FILE'],
    /^error: --task .*: Unexpected token.* \(usage\)\n$/,
  ],
  ['no stage', ['node'], /missing required argument 'stage'/],
])('%s is wrong usage, told in one line, exit 2', async (_, args, told) => {
  const dir = join(freshDir(), 'dir');
  mkdirSync(dir);
  const file = fileWith('text', 'no program, no JSON');
  const given = args.map((arg) => (arg === 'DIR' ? dir : arg === 'FILE' ? file : arg));
  const { code, stdout, stderr } = await check(...given);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(told);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});

test('a Ctrl-C ends the trial, and what was started for it', async () => {
  const tmp = freshDir();
  const pidFile = join(tmp, 'pid');
  const mute = processorFile(
    `require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); word = ''; onEnd = () => undefined;
setInterval(() => undefined, 1000);`,
  );
  const env = { TMPDIR: join(tmp, 'tmp') };
  mkdirSync(env.TMPDIR);
  const trial = start('sealvisor', ['processor', 'check', node, 'pc1', '--stable-wait', '1h', '--', mute], {
    env,
  });
  const pidIn = () => (existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : 0);
  await expect.poll(pidIn, { timeout: 20_000 }).toBeGreaterThan(0);
  expect(await trial.end('SIGINT')).toEqual({
    code: 1,
    stdout: '',
    stderr: 'error: interrupted (shutting_down)\n',
  });
  expect(isAlive(pidIn())).toBe(false);
  expect(readdirSync(env.TMPDIR)).toEqual([]);
});
