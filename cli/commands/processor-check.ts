import { meantText } from '../../src/config/nearest.js';
import { readRegularSync } from '../../src/disks/regular-file.js';
import { messageOf, SealvisorError } from '../../src/protocol/errors.js';
import { builtinStages } from '../../src/protocol/stages.js';
import { parseDuration } from '../../src/protocol/text/duration.js';
import { type CheckResult, checkProcessor } from '../../src/sealing/conformance/check-processor.js';
import { Opaque } from '../../src/sealing/opaque.js';
import { answer, answerJson, exitCodes, tell } from '../output/say.js';
import { table } from '../output/upstream-text.js';

export interface ProcessorCheckOptions {
  readonly timeout: string;
  readonly stableWait: string;
  readonly task?: string;
  readonly json?: boolean;
}

/** Checks a third-party processor by running it as a worker would; exit 1 when a check fails. @throws usage */
export async function processorCheck(
  bin: string,
  name: string,
  args: readonly string[],
  options: ProcessorCheckOptions,
): Promise<void> {
  const stage = builtinStages.find((known) => known === name);
  if (!stage)
    throw usage(
      `no stage is named ${name}: ${meantText(name, builtinStages)}a processor does one of ${builtinStages.join(', ')}`,
    );
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort(new SealvisorError('shutting_down', 'interrupted')));
  const results = await checkProcessor({
    command: bin,
    args,
    stage,
    timeoutMs: durationOf('--timeout', options.timeout),
    stableWaitMs: durationOf('--stable-wait', options.stableWait),
    signal: interrupted.signal,
    ...(options.task === undefined ? {} : { task: taskIn(options.task) }),
  }).catch((thrown: unknown) => {
    const isBin = thrown instanceof SealvisorError && thrown.code === 'start_failed';
    throw isBin ? usage(`${thrown.message}: give the path of an executable file`) : thrown;
  });
  if (options.json) answerJson({ bin, args, stage, checks: results });
  else answer(resultTable(results));
  tell(summaryOf(results));
  if (results.some(({ verdict }) => verdict === 'FAIL')) process.exitCode = exitCodes.failed;
}

function resultTable(results: readonly CheckResult[]): string {
  const rows = results.map(({ check, verdict, seen, advice }) => [check, verdict, seen, advice ?? '-']);
  return table([['Check', 'Verdict', 'Seen', 'What to do'], ...rows]);
}

function summaryOf(results: readonly CheckResult[]): string {
  const counts = (['ok', 'warn', 'FAIL', 'skipped'] as const).map(
    (verdict) => `${results.filter((each) => each.verdict === verdict).length} ${verdict}`,
  );
  return `${results.length} checks: ${counts.join(', ')}`;
}

function durationOf(option: string, text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw usage(`${option}: ${messageOf(error)}`);
  }
}

/** No task is larger, because no stage's answer that becomes a task is. */
const limits = { mostBytes: 512 * 1024 * 1024 };

/** The task as in the file, with line breaks (white space in JSON) replaced: a task is one line. */
function taskIn(file: string): Opaque {
  try {
    const text = readRegularSync(file, limits).toString();
    JSON.parse(text);
    return new Opaque(text.replaceAll(/[\r\n]+/g, ' ').trim());
  } catch (error) {
    throw usage(`--task ${file}: ${messageOf(error)}; give a file with a task as JSON`);
  }
}

const usage = (message: string) => new SealvisorError('usage', message);
