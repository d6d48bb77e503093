/** Upstream's variable that names where a child's lines that are not answers are dumped (vc-processors, core/ext/producer.rs). */

export function dumpVariable(pid: number): string {
  return `DUMP_ERR_RESP_${pid}`;
}

/** The child's pid; undefined for any other variable. */
export function dumpedPid(name: string): number | undefined {
  const [, pid] = /^DUMP_ERR_RESP_([1-9]\d{0,9})$/.exec(name) ?? [];
  return pid === undefined ? undefined : Number(pid);
}
