import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readAhead, sliceBytes } from '#src/disks/read-ahead.js';

async function fileOf(bytes: Buffer) {
  const home = mkdtempSync(join(tmpdir(), 'read-ahead-'));
  const path = join(home, 'file');
  writeFileSync(path, bytes);
  const handle = await open(path, 'r');
  onTestFinished(async () => {
    await handle.close();
    rmSync(home, { recursive: true, force: true });
  });
  return { path, handle };
}

describe('a file that is read ahead', () => {
  test.each([0, 1, 4096, sliceBytes - 1, sliceBytes, sliceBytes + 1, 2 * sliceBytes, 5 * sliceBytes + 7])(
    'gives every byte once and in order, out of two buffers at most: %d bytes',
    async (size) => {
      const bytes = randomBytes(size);
      const { handle } = await fileOf(bytes);
      const digest = createHash('sha256');
      const buffers = new Set<ArrayBufferLike>();
      let end = 0;
      await readAhead(handle, async (slice, position) => {
        expect(position).toBe(end);
        end += slice.length;
        buffers.add(slice.buffer);
        // The read that is under way must not write into it.
        await new Promise((resolve) => setImmediate(resolve));
        digest.update(slice);
      });
      expect(end).toBe(size);
      expect(digest.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
      const held = [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
      expect(held).toBeLessThanOrEqual(size < sliceBytes ? size + 1 : 2 * sliceBytes);
    },
  );

  test('ends with what its user throws, and holds no read that is under way', async () => {
    const { handle } = await fileOf(randomBytes(3 * sliceBytes));
    const read = readAhead(handle, () => {
      throw new Error('enough');
    });
    await expect(read).rejects.toThrow('enough');
  });
});
