/** Where a manager keeps its state by default: the same place from any working directory. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { SealvisorError } from '../../../src/protocol/errors.js';

export interface ManagerHome {
  readonly home: string;
  /** To be logged once, if it is not the default home. */
  readonly note: string | null;
}

/**
 * `$XDG_STATE_HOME/sealvisor`, by default `~/.local/state/sealvisor`; a relative variable is ignored, as the XDG
 * specification requires.
 */
export function defaultHome(env: NodeJS.ProcessEnv): string {
  const { XDG_STATE_HOME: state = '' } = env;
  return join(isAbsolute(state) ? state : join(homedir(), '.local', 'state'), 'sealvisor');
}

/**
 * A home is for one kind of manager: one started without its --upstream by mistake would give out its own sectors,
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

/** The default of 0.1.0, in its working directory. */
const homeOf010 = join('.sealvisor', 'manager');

/** The named home; else one left by 0.1.0 in this directory, because its sectors are there; else the default. */
export function managerHome(named: string | undefined, env: NodeJS.ProcessEnv, cwd: string): ManagerHome {
  if (named !== undefined) return { home: resolve(cwd, named), note: null };
  const left = resolve(cwd, homeOf010);
  if (!existsSync(join(left, 'manager.db'))) return { home: defaultHome(env), note: null };
  return {
    home: left,
    note: `the state of an earlier version is in this directory and is used: ${left}; to start from elsewhere, name it with --home`,
  };
}
