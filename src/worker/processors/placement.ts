/** CPU and memory placement of a processor, where the system supports it; otherwise one warning is logged. */

import type { ProcessorConfig } from '../../config/processor-config.js';
import { cpusHere, nodesHere, numbersIn } from '../../processes/cpu-list.js';
import { cpusetGroup, cpusetHierarchy } from '../../processes/cpuset-group.js';
import { onPath } from '../../processes/run-fault.js';
import { messageOf, SealvisorError } from '../../protocol/errors.js';
import type { Emit } from '../../protocol/events/table.js';

export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
  /** Called when the process has ended. */
  readonly leave?: () => void;
}

/** The same default as upstream. */
const groupByDefault = 'vc-worker';

type Facts = Pick<ProcessorConfig, 'stage' | 'cpuset' | 'groupName' | 'numaPreferred'>;

export function processorPlacement(emit: Emit) {
  const told = new Set<string>();
  const tellOnce = (what: string, key: string, reason: string) => {
    if (!told.has(what)) emit({ event: 'processor.notPlaced', key, reason });
    told.add(what);
  };
  const hierarchy = cpusetHierarchy();

  const onNode = async (key: string, node: number | undefined, line: CommandLine): Promise<CommandLine> => {
    if (node === undefined) return line;
    const numactl = await onPath('numactl');
    const nodes = nodesHere();
    const isHere = nodes !== undefined && numbersIn(nodes).includes(node);
    const why = isHere
      ? 'numactl is not on PATH'
      : nodes === undefined
        ? 'this system tells of no NUMA nodes'
        : `this machine has the nodes ${nodes}`;
    if (numactl && isHere)
      return { command: numactl, args: [`--preferred=${node}`, '--', line.command, ...line.args] };
    tellOnce('numa', `${key}.numa_preferred = ${node}`, why);
    return line;
  };
  const onCpus = (key: string, name: string, cpus: string, line: CommandLine): CommandLine => {
    if (!hierarchy) {
      tellOnce('cpuset', `${key}.cgroup.cpuset`, 'this system has no control groups for CPUs');
      return line;
    }
    try {
      const group = cpusetGroup(hierarchy, name, cpus);
      const [command, args] = group.wrapped(line.command, line.args);
      return { command, args, leave: group.remove };
    } catch (error) {
      tellOnce('cpuset', `${key}.cgroup.cpuset`, `no control group can be made (${messageOf(error)})`);
      return line;
    }
  };

  /**
   * Returns the function that makes the command line at each start; undefined without placement settings.
   * @throws config_invalid for CPUs that do not exist
   */
  return async (
    { stage, cpuset, groupName = groupByDefault, numaPreferred }: Facts,
    key: string,
    at: number,
    { command, args }: CommandLine,
  ): Promise<(() => CommandLine) | undefined> => {
    if (cpuset !== undefined) checkCpus(cpuset, `${key}.cgroup.cpuset`);
    if (cpuset === undefined && numaPreferred === undefined) return undefined;
    const line = await onNode(key, numaPreferred, { command, args });
    if (cpuset === undefined) return () => line;
    const name = `${groupName}/sub-${stage}-${process.pid}-${at}`;
    return () => onCpus(key, name, cpuset, line);
  };
}

function checkCpus(cpuset: string, key: string): void {
  const here = cpusHere();
  const known = new Set(numbersIn(here));
  const wanted = numbersIn(cpuset);
  const missing = wanted.filter((cpu) => !known.has(cpu));
  if (wanted.length > 0 && missing.length === 0) return;
  const why = missing.length > 0 ? `there is no CPU ${missing.join(', ')}` : 'it names no CPU';
  throw new SealvisorError('config_invalid', `${key} = "${cpuset}": ${why}; this machine has ${here}`);
}
