/** The commands that a thread has answered, by their ids. */
import type { Db } from './database.js';

export interface DoneCommand {
  readonly id: string;
  readonly changed: boolean;
  readonly message: string;
}

export interface CommandLog {
  /** Call it in the transaction of the command's effect; `seq` is its history row, null if it changed nothing. */
  keep(command: DoneCommand, seq: number | null): void;
  find(id: string): Omit<DoneCommand, 'id'> | undefined;
}

const keepCommands = 1000;

/** Keeps the last 1,000 commands; the first answer to an id is kept. */
export function commandLog(db: Db): CommandLog {
  const insert = db.prepare<[string, number | null, number, string]>(
    'insert or ignore into command (id, seq, changed, message) values (?, ?, ?, ?)',
  );
  const trim = db.prepare<[number]>(
    'delete from command where rowid <= (select max(rowid) from command) - ?',
  );
  const select = db.prepare<[string], { changed: number; message: string }>(
    'select changed, message from command where id = ?',
  );
  return {
    keep: db.transaction(({ id, changed, message }: DoneCommand, seq: number | null): void => {
      insert.run(id, seq, changed ? 1 : 0, message);
      trim.run(keepCommands);
    }),
    find: (id) => {
      const found = select.get(id);
      return found && { changed: found.changed === 1, message: found.message };
    },
  };
}
