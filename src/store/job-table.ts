/** Jobs other than sealing, in the manager's store. */
import type { Db } from './database.js';

/** `body` is the job's state as JSON (src/manager/jobs/life.ts); `isOpen` is 1 while work on it may continue. */
export interface JobRow {
  readonly seq: number;
  readonly miner: number | null;
  readonly number: number | null;
  readonly isOpen: 0 | 1;
  readonly body: string;
}

export interface JobTable {
  addJob(row: Omit<JobRow, 'seq'>): JobRow;
  putJob(row: JobRow): void;
  job(seq: number): JobRow | undefined;
  /** In the order in which they were added. */
  jobs(): readonly JobRow[];
  openJobs(): readonly JobRow[];
  jobsOf(miner: number, number: number): readonly JobRow[];
}

export const jobSchema = `
  create table if not exists job (
    seq integer primary key autoincrement, miner integer, number integer, isOpen integer not null, body text not null,
    sum text
  );
  create index if not exists jobOfSector on job (miner, number);
  create index if not exists openJob on job (isOpen) where isOpen = 1;
`;

/** `sumOfRow` computes the checksum that is stored with a row. */
export function jobTable(db: Db, sumOfRow: (row: Omit<JobRow, 'seq'>) => string): JobTable {
  const all = (where: string) =>
    db.prepare<unknown[], JobRow>(`select seq, miner, number, isOpen, body from job ${where} order by seq`);
  const add = db.prepare(
    'insert into job (miner, number, isOpen, body, sum) values (@miner, @number, @isOpen, @body, @sum)',
  );
  const put = db.prepare('update job set isOpen = @isOpen, body = @body, sum = @sum where seq = @seq');
  const one = all('where seq = ?');
  const every = all('');
  const open = all('where isOpen = 1');
  const ofSector = all('where miner = ? and number = ?');
  return {
    addJob: (row) => ({ ...row, seq: Number(add.run({ ...row, sum: sumOfRow(row) }).lastInsertRowid) }),
    putJob: (row) => void put.run({ ...row, sum: sumOfRow(row) }),
    job: (seq) => one.get(seq),
    jobs: () => every.all(),
    openJobs: () => open.all(),
    jobsOf: (miner, number) => ofSector.all(miner, number),
  };
}
