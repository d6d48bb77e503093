/** What Linux reports of a process or one of its threads in `/proc/<pid>/stat`. */
export interface ProcStat {
  /** One letter: `R`, `S`, `D` (uninterruptible: waits for a disk), `Z` and `X` (it has ended). */
  readonly state: string;
  readonly group: number;
  /** In ticks since boot: unique together with the process id. */
  readonly startTime: string;
}

export function parseProcStat(text: string): ProcStat {
  // The name in parentheses may contain anything, even parentheses; fields are counted after it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = '', , group] = fields;
  return { state, group: Number(group), startTime: fields[19] ?? '' };
}
