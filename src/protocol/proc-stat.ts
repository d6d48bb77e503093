/** What Linux tells of a process or one of its threads in `/proc/<pid>/stat`. */
export interface ProcStat {
  /** One letter: `R`, `S`, `D` (sleeps until a disk answers), `Z` and `X` (it has ended). */
  readonly state: string;
  readonly group: number;
  /** In ticks since the system started: with the process id it names a process for good. */
  readonly startTime: string;
}

export function parseProcStat(text: string): ProcStat {
  // The name in brackets may hold anything, brackets, too; the fields count from behind it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = '', , group] = fields;
  return { state, group: Number(group), startTime: fields[19] ?? '' };
}
