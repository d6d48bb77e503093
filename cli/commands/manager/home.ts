/** Where a manager keeps its state when nobody says where: the same place from whatever directory it is started. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { SealvisorError } from '../../../src/protocol/errors.js';

export interface ManagerHome {
  readonly home: string;
  /** To be said once, where it is not the usual one. */
  readonly note: string | null;
}

/** `$XDG_STATE_HOME/sealvisor`; one that is not absolute is passed over, as the XDG specification says. */
export function defaultHome(env: NodeJS.ProcessEnv): string {
  const { XDG_STATE_HOME: state = '' } = env;
  return join(isAbsolute(state) ? state : join(homedir(), '.local', 'state'), 'sealvisor');
}

/**
 * One home is of one kind: a manager that is started without its --upstream by mistake would give out sectors of its own,
 * from the first number on.
 * @throws usage
 */
export function refuseOtherKind(home: string, isInFront: boolean): void {
  const has = (name: string) => existsSync(join(home, name));
  if (isInFront && has('manager.db'))
    throw new SealvisorError(
      'usage',
      `--home ${home} is of a manager that gives out sectors itself (manager.db): choose another --home for the one in front`,
    );
  if (!isInFront && has('upstream.db') && !has('manager.db'))
    throw new SealvisorError(
      'usage',
      `--home ${home} is of a manager in front of another one (upstream.db), and sector numbers would start from the first again: add its --upstream, or name another home`,
    );
}

/** What 0.1.0 took by itself, in the directory it was started in. */
const homeOf010 = join('.sealvisor', 'manager');

/** A home that is named; else the one that 0.1.0 has left in this directory: its sectors are there; else the usual one. */
export function managerHome(named: string | undefined, env: NodeJS.ProcessEnv, cwd: string): ManagerHome {
  if (named !== undefined) return { home: resolve(cwd, named), note: null };
  const left = resolve(cwd, homeOf010);
  if (!existsSync(join(left, 'manager.db'))) return { home: defaultHome(env), note: null };
  return {
    home: left,
    note: `the state of an earlier version is in this directory and is used: ${left}; to start from elsewhere, name it with --home`,
  };
}
