import { describe, expect, test } from 'vitest';
import { startSupervisor } from '#src/actors/index.js';
import { processChild } from '#src/processes/index.js';
import { isAlive, scriptFile, started, stateOf, until } from '../tools/processes/setup.js';

const waits = "process.stdin.on('data', () => undefined); console.log('up ' + process.pid);";
const ready = { line: /^up \d+$/, withinMs: 20_000 };
/** Ends at nothing but SIGKILL. */
const deaf = `process.on('SIGTERM', () => console.log('got SIGTERM')); setInterval(() => undefined, 1000); ${waits}`;
/** With a child of its own that is as deaf and inherits its pipes. */
const family = `const inner = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => undefined); setInterval(() => undefined, 1000); console.log("grandchild " + process.pid)'], { stdio: 'inherit' });`;

describe('how it ended is what was asked or said', () => {
  test('asked to stop: shutdown, whatever its code', async () => {
    const { child } = await started({
      script: `${waits} process.stdin.on('end', () => process.exit(7));`,
      ready,
    });
    await child.stop();
    await child.stop();
    expect(await child.exited).toEqual({ kind: 'shutdown' });
    expect(isAlive(child.pid)).toBe(false);
  });

  test('killed: killed, also after it was asked to stop; who asks late hears the same', async () => {
    const { child } = await started({ script: deaf, ready });
    await child.stop();
    child.kill();
    expect(await child.exited).toEqual({ kind: 'killed' });
    child.kill();
    await child.stop();
    expect(await child.exited).toEqual({ kind: 'killed' });
  });

  test.each([
    ['process.exit(0)', 'child exited with code 0'],
    ['process.exit(3)', 'child exited with code 3'],
    ["throw new Error('x')", 'child exited with code 1'],
    [
      "process.kill(process.pid, 'SIGKILL'); setInterval(() => undefined, 1000)",
      'child was killed by SIGKILL',
    ],
    [
      "process.kill(process.pid, 'SIGTERM'); setInterval(() => undefined, 1000)",
      'child was killed by SIGTERM',
    ],
  ])('%s without a word: crash, naming code or signal', async (script, message) => {
    const { child } = await started({ script });
    expect(await child.exited).toMatchObject({ kind: 'crash', error: { code: 'process_gone', message } });
  });

  test('it said that it is done: normal; the same line when no such word was agreed: crash', async () => {
    const script = "process.stdout.write('all done\\n', () => process.exit(5))";
    const agreed = await started({ script, doneLine: 'all done' });
    expect(await agreed.child.exited).toEqual({ kind: 'normal' });
    const other = await started({ script });
    expect((await other.child.exited).kind).toBe('crash');
  });
});

describe('the polite stop', () => {
  test('a frozen child is woken for it', async () => {
    const { child } = await started({ script: waits, ready });
    child.freeze();
    await until(() => stateOf(child.pid) === 'T');
    await child.stop();
    expect(await child.exited).toEqual({ kind: 'shutdown' });
  });

  test('who does not heed the end of its input gets SIGTERM; who does not heed that is killed', async () => {
    const { child, lines } = await started({ script: deaf, ready, termAfterMs: 10, graceMs: 300 });
    await child.stop();
    expect(await child.exited).toEqual({ kind: 'killed' });
    expect(lines).toEqual(['got SIGTERM']);
  });

  test('SIGTERM alone is enough for most: shutdown', async () => {
    const script = `setInterval(() => undefined, 1000); ${waits}`;
    const { child } = await started({ script, ready, termAfterMs: 10 });
    await child.stop();
    expect(await child.exited).toEqual({ kind: 'shutdown' });
  });

  test("a supervisor's deadline is kept: killed by it", async () => {
    const start = processChild({
      name: 'deaf',
      command: process.execPath,
      args: [scriptFile(deaf)],
      ready,
      graceMs: 60_000,
    });
    const tree = await startSupervisor({ children: [{ id: 'deaf', start, shutdown: 50 }] });
    const exits: unknown[] = [];
    tree.subscribe((event) => event.kind === 'child.exited' && exits.push(event.exit));
    await tree.stop();
    expect(exits).toEqual([{ kind: 'killed' }]);
  });
});

describe('the group', () => {
  test.each([
    ['killed', (child: { kill(): void }) => child.kill()],
    ['killed from outside', ({ pid }: { pid: number }) => process.kill(pid, 'SIGKILL')],
    ['stopped', (child: { stop(): unknown }) => child.stop()],
  ] as const)('%s: what it started ends with it', async (_, end) => {
    const { child, line } = await started({
      script: `${family} ${waits} process.stdin.on('end', () => process.exit());`,
      ready,
    });
    const inner = Number((await line(/^grandchild \d+$/)).split(' ')[1]);
    expect(isAlive(inner)).toBe(true);
    await end(child);
    await child.exited;
    await until(() => !isAlive(inner));
    expect(isAlive(child.pid)).toBe(false);
  });

  test('freeze and thaw reach all of it', async () => {
    const { child, line } = await started({ script: `${family} ${waits}`, ready });
    const inner = Number((await line(/^grandchild \d+$/)).split(' ')[1]);
    child.freeze();
    await until(() => stateOf(child.pid) === 'T' && stateOf(inner) === 'T');
    child.thaw();
    await until(() => stateOf(child.pid) !== 'T' && stateOf(inner) !== 'T');
  });

  test('who left the group and holds its pipe does not hold up the news of the end', async () => {
    const script = `const far = spawn(process.execPath, ['-e', 'console.log("far " + process.pid); setInterval(() => undefined, 1000)'], { stdio: 'inherit', detached: true }); ${waits}`;
    const { child, line } = await started({ script, ready });
    const far = Number((await line(/^far \d+$/)).split(' ')[1]);
    child.kill();
    expect(await child.exited).toEqual({ kind: 'killed' });
    process.kill(far, 'SIGKILL');
  });
});

describe('a start that fails leaves nothing', () => {
  test.each([
    ['no such file', () => '/nowhere/at/all', /^cannot run \/nowhere\/at\/all: .*ENOENT/],
    ['a file that is not executable', () => scriptFile(''), /^cannot run .*script\.mjs: .*EACCES/],
    ['a name with a zero in it', () => 'a\0b', /^cannot run /],
  ])('%s', async (_, command, message) => {
    await expect(started({ command: command() })).rejects.toMatchObject({
      code: 'start_failed',
      message: expect.stringMatching(message),
    });
  });

  test('it never says that it is ready: killed with all it started', async () => {
    const pids: number[] = [];
    const onLine = (line: Buffer) => pids.push(Number(line.toString().split(' ')[1]));
    const late = started({ script: `${family} ${deaf}`, ready: { line: 'ready', withinMs: 1500 }, onLine });
    await expect(late).rejects.toMatchObject({
      code: 'start_failed',
      message: 'child did not start: it did not print "ready" within 1500 ms',
    });
    expect(pids.length).toBeGreaterThan(0);
    await until(() => !pids.some(isAlive));
  });

  test('it ends before it is ready', async () => {
    const early = started({ script: 'process.exit(4)', ready: { line: 'ready', withinMs: 20_000 } });
    await expect(early).rejects.toMatchObject({
      code: 'start_failed',
      message: 'child did not start: child exited with code 4 before it was ready',
    });
  });
});

test('a write to a child that is gone rejects', async () => {
  const { child } = await started({ script: waits, ready });
  await child.write('heard');
  child.kill();
  await child.exited;
  await expect(child.write('too late')).rejects.toThrow();
});

test('a flood on stderr, without an end of a line, is cut and does no harm', async () => {
  const script = "process.stderr.write('x'.repeat(5_000_000) + '\\n', () => console.log('over'));";
  const { line, logs, child } = await started({ script });
  await line(/^over$/);
  await child.exited;
  expect(logs.map((log) => log.length)).toEqual([8192]);
});

test('the package offers it as sealvisor/processes', async () => {
  const name = 'sealvisor/processes';
  const offered: object = await import(/* @vite-ignore */ name);
  expect(Object.keys(offered).toSorted()).toEqual([
    'endOrphans',
    'homeMark',
    'parseAnswer',
    'processChild',
    'processorChild',
    'serveProcessor',
  ]);
});
