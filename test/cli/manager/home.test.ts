/** A manager's home is the same from whatever directory it is started, unless 0.1.0 has left one there. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { managerHome, refuseOtherKind } from '#cli/commands/manager/home.js';

function freshDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'sealvisor-home-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

test('by itself it is $XDG_STATE_HOME/sealvisor, or below the home directory', () => {
  const dir = freshDir();
  const none = { note: null };
  expect(managerHome(undefined, { XDG_STATE_HOME: '/var/state' }, dir)).toEqual({
    home: '/var/state/sealvisor',
    ...none,
  });
  const usual = join(homedir(), '.local', 'state', 'sealvisor');
  for (const env of [{}, { XDG_STATE_HOME: '' }, { XDG_STATE_HOME: 'state' }])
    expect(managerHome(undefined, env, dir)).toEqual({ home: usual, ...none });
});

test('one that is named is taken, from the directory it is named in', () => {
  const dir = freshDir();
  expect(managerHome('here', {}, dir).home).toBe(join(dir, 'here'));
  expect(managerHome('/there', {}, dir).home).toBe('/there');
});

test('what 0.1.0 left in the directory is used, and said; an empty directory is not it', () => {
  const dir = freshDir();
  const left = join(dir, '.sealvisor', 'manager');
  mkdirSync(left, { recursive: true });
  const env = { XDG_STATE_HOME: '/var/state' };
  expect(managerHome(undefined, env, dir).home).toBe('/var/state/sealvisor');
  writeFileSync(join(left, 'manager.db'), '');
  expect(managerHome(undefined, env, dir)).toEqual({ home: left, note: expect.stringContaining(left) });
  expect(managerHome('/there', env, dir)).toEqual({ home: '/there', note: null });
});

test('a home is of one kind: neither a start without its --upstream nor one in front takes the other one', () => {
  const [own, inFront, fresh] = [freshDir(), freshDir(), freshDir()];
  writeFileSync(join(own, 'manager.db'), '');
  writeFileSync(join(inFront, 'upstream.db'), '');
  expect(() => refuseOtherKind(inFront, false)).toThrow(/from the first again: add its --upstream/);
  expect(() => refuseOtherKind(own, true)).toThrow(/gives out sectors itself/);
  for (const isInFront of [true, false]) refuseOtherKind(fresh, isInFront);
  refuseOtherKind(own, false);
  refuseOtherKind(inFront, true);
});
