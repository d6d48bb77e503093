/** The small files beside a kept sector come from outside: a pipe or an endless one holds nobody up. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readManifest, readPersistentAux } from '#src/sealing/builtin/index.js';
import { occupantOf } from '#src/sealing/stores/occupant.js';
import { claimFile, readClaim } from '#src/sealing/stores/place-claim.js';
import { makeDir } from '../tools/sealing/chain.js';

const odd = [
  ['a pipe', (path: string) => void spawnSync('mkfifo', [path])],
  ['a link to an endless device', (path: string) => symlinkSync('/dev/zero', path)],
] as const;

describe.each(odd)('%s', (_, put) => {
  test('as sealvisor.json is refused at once, with its path', async () => {
    const dir = makeDir();
    put(join(dir, 'sealvisor.json'));
    await expect(readManifest(dir)).rejects.toMatchObject({
      code: 'not_a_sealed_sector',
      message: expect.stringContaining('is not a regular file'),
    });
  });

  test('as p_aux is refused at once', async () => {
    const dir = makeDir();
    put(join(dir, 'p_aux'));
    await expect(readPersistentAux(dir)).rejects.toThrow(/is not a regular file/);
  });

  test('tells nothing of the sector that lies there', async () => {
    const [file, cacheDir] = [join(makeDir(), 's'), makeDir()];
    put(join(cacheDir, 'sealvisor.json'));
    put(join(cacheDir, 'p_aux'));
    expect(await occupantOf({ file, cacheDir })).toMatchObject({ isThere: true, told: [], foreignAux: null });
  });

  test('as a claim is refused at once', async () => {
    const dir = join(makeDir(), 'sealed');
    mkdirSync(dir);
    const path = claimFile(join(dir, 's-t010000-1'));
    put(path);
    await expect(readClaim(path)).rejects.toThrow(/is not a regular file/);
  });
});
