/** Processors to be tried: those of the page, and small ones that go wrong in one way each. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  type CheckOptions,
  type CheckResult,
  checkProcessor,
} from '#src/sealing/conformance/check-processor.js';

const page = readFileSync(new URL('../../../docs/processors.md', import.meta.url), 'utf8');

/** The code of docs/processors.md, as it is printed. */
export function printed(language: 'python' | 'sh'): string {
  const [, code] = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(page) ?? [];
  if (code === undefined) throw new Error(`docs/processors.md shows no ${language}`);
  return code;
}

/** Where CI says that it has all there has to be, nothing is passed over. */
export const hasPython =
  process.env.CI === 'true' || spawnSync('python3', ['--version'], { stdio: 'ignore' }).status === 0;

export function freshDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'conformance-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export function fileWith(name: string, text: string): string {
  const path = join(freshDir(), name);
  writeFileSync(path, text);
  return path;
}

/** A sound tree_d that does nothing; `change` makes it another one. */
export function processorFile(change = ''): string {
  return fileWith(
    'processor.cjs',
    `const say = (line) => process.stdout.write(line + '\\n');
const answer = (id, output, message = null) => say(JSON.stringify({ id, err_msg: message, output }));
const isUnknown = (task) => 'no_such_field' in task;
let word = 'tree_d processor ready';
let serve = (id, task) => (isUnknown(task) ? answer(id, null, 'no such task') : answer(id, true));
let onLine = (line) => {
  let request;
  try { request = JSON.parse(line); } catch { return console.error('no request'); }
  if (typeof request?.id === 'number' && request.task) serve(request.id, request.task);
};
let onEnd = () => process.exit(0);
let text = '';
process.stdin.setEncoding('utf8').on('data', (chunk) => {
  text += chunk;
  if (!chunk.includes('\\n')) return;
  const lines = text.split('\\n');
  text = lines.pop();
  for (const line of lines) onLine(line);
});
process.stdin.on('end', () => onEnd());
${change}
if (word) say(word);`,
  );
}

/** What came of the checks, by their names. */
export async function tried(options: CheckOptions): Promise<Readonly<Record<string, CheckResult>>> {
  const results = await checkProcessor(options);
  return Object.fromEntries(results.map((result) => [result.check, result]));
}

/** As `answer FAIL`, of what is not ok. */
export function faults(results: Readonly<Record<string, CheckResult>>): readonly string[] {
  const isFault = ({ verdict }: CheckResult) => verdict === 'warn' || verdict === 'FAIL';
  return Object.values(results)
    .filter(isFault)
    .map(({ check, verdict }) => `${check} ${verdict}`);
}
