import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  type Ended,
  freePort,
  freshDir,
  project,
  type Running,
  run,
  start,
  write,
} from '../tools/e2e/setup.js';

interface Step {
  readonly line: string;
  /** What the page says that it prints. */
  readonly printed: readonly string[];
}

/** The commands of a section, in the order of the page. */
function stepsOf(heading: string): readonly Step[] {
  const page = readFileSync(join(project, 'README.md'), 'utf8');
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const blocks = [...section.matchAll(/```\n(.*?)```/gs)].map((found) => found[1] ?? '');
  return blocks
    .flatMap((block) => block.split(/^\$ /m).slice(1))
    .map((text) => {
      const [line = '', ...printed] = text.trimEnd().split('\n');
      return { line, printed: printed.filter((each) => each !== '...') };
    });
}

/** What differs from machine to machine: numbers, directories, and what is left out with `...`. */
function pattern(line: string): RegExp {
  const literal = line.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&');
  const loose = literal
    .replaceAll('\\.\\.\\.', '.*')
    .replaceAll('/home/me/sealvisor', '\\S+')
    .replaceAll(/ {2,}/g, ' +')
    .replaceAll(/\d+/g, '\\d+')
    .replaceAll(/(?:\\d\+\\\.)?\\d\+m?s\b/g, '[\\d.]+(?:ms|s)');
  return new RegExp(`^${loose}$`, 'm');
}

/** A clone in which the ports are free ones and the intervals short; the rest is as in the repository. */
async function setup() {
  const cwd = freshDir();
  const [managerPort, workerPort] = [await freePort(), await freePort()];
  cpSync(join(project, 'fixtures'), join(cwd, 'fixtures'), { recursive: true });
  const fixture = join(cwd, 'fixtures', 'no-cached-parameters.toml');
  const server = `[worker]\nrpc_server = { host = "127.0.0.1", port = ${workerPort} }\nping_interval = "200ms"\n`;
  const text = readFileSync(fixture, 'utf8').replace('tcp/1789', `tcp/${managerPort}`);
  write(fixture, `${server}${text.replaceAll('"1s"', '"100ms"')}`);
  const env = { SEALVISOR_MANAGER: `http://127.0.0.1:${managerPort}` };
  const mock = ['--listen', `127.0.0.1:${managerPort}`, '--epoch', '50ms'];
  return { cwd, env, mock };
}

test('a fleet that is stuck at C2 is brought to Finished by the commands of the README', async () => {
  const { cwd, env, mock } = await setup();
  const noParameters = /C1Done: permanent: No cached parameters/;
  let worker: Running | undefined;
  let starts = 0;
  const daemon = async (bin: string, args: readonly string[]) => {
    if (args[0] === 'mock') return start(bin, [...args, ...mock], { cwd, env }).line(/listens on/);
    await worker?.ended;
    worker = start(bin, args, { cwd, env });
    await worker.line(/listens on/);
    starts += 1;
    if (starts > 1) return;
    for (const index of [0, 1, 2]) await worker.line(new RegExp(`#${index} \\S+ ${noParameters.source}`));
  };
  for (const { line, printed } of stepsOf('A night that is stuck')) {
    const [npx, bin = '', ...args] = line.split(' ');
    if (npx !== 'npx') {
      expect(spawnSync('bash', ['-c', line], { cwd }).status, line).toBe(0);
      continue;
    }
    if (args[0] === 'mock' || args[0] === 'daemon') {
      await daemon(bin, args);
      continue;
    }
    if (args.includes('sectors')) {
      for (const index of [0, 1, 2])
        await worker?.line(new RegExp(`#${index} \\S+ ProofSubmitted -> Finished`));
    }
    const { stdout, stderr }: Ended = await run(bin, args, { cwd, env });
    for (const each of printed) expect(stdout + stderr, line).toMatch(pattern(each));
  }
  expect(starts).toBe(2);
});
