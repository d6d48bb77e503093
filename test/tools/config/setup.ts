import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A fresh directory that is gone after the test. */
export function freshDir(): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'sealvisor-config-')));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export function tomlFile(text: string, dir = freshDir(), name = 'worker.toml'): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

/** The least a worker needs, with `head` before it (keys or tables) and `tail` after it, and a store. */
export function minimal({
  head = '',
  tail = '',
  location = '/nowhere/store1',
  hasStore = true,
} = {}): string {
  return `${head}
[sector_manager]
rpc_client.addr = "/ip4/127.0.0.1/tcp/1789"
[[sealing_thread]]
location = "${location}"
${tail}
${hasStore ? '[remote_store]\nname = "far"\nlocation = "/nowhere/far"' : ''}
`;
}

/** What `act` throws. */
export function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
