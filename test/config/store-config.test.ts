/** Directories that do not go together are refused before anything is written to them. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadWorkerConfig } from '#src/config/worker-config.js';
import { freshDir, minimal, thrownBy, tomlFile } from '../tools/config/setup.js';

const refusalOf = (text: string) => thrownBy(() => loadWorkerConfig(tomlFile(text)));
const store = (location: string, more = '') =>
  `[[attached]]\nlocation = ${JSON.stringify(location)}\n${more}\n`;

test('two attached stores of one name are refused with both keys', () => {
  const tail = store('/a', 'name = "far"') + store('/b', 'name = "far"');
  expect(refusalOf(minimal({ tail, hasStore: false }))).toMatchObject({
    code: 'config_invalid',
    message: expect.stringMatching(/attached\[0\] and attached\[1\] .* have the name "far"/),
  });
});

test('two attached stores in one place, also through a link, are refused with both keys', () => {
  const dir = freshDir();
  mkdirSync(join(dir, 'a'));
  symlinkSync(join(dir, 'a'), join(dir, 'b'));
  const tail = store(join(dir, 'a'), 'name = "x"') + store(join(dir, 'b'), 'name = "y"');
  expect(refusalOf(minimal({ tail, hasStore: false }))).toMatchObject({
    code: 'location_shared',
    message: expect.stringMatching(/attached\[0\] and attached\[1\]/),
  });
});

test('a location inside an attached store, also through a link, is refused with its key', () => {
  const dir = freshDir();
  mkdirSync(join(dir, 'far'));
  symlinkSync(join(dir, 'far'), join(dir, 'near'));
  const text = minimal({
    location: join(dir, 'near', 'store1'),
    tail: store(join(dir, 'far')),
    hasStore: false,
  });
  expect(refusalOf(text)).toMatchObject({
    code: 'location_shared',
    message: expect.stringMatching(/^sealing_thread\[0\]\.location = .* is inside the attached store/),
  });
});

test.each(['sealer', 'snapup', 'rebuild'])(
  'plan %s without a store that it can write to is refused',
  (plan) => {
    const tail = `plan = "${plan}"\n${store('/far', 'readonly = true')}`;
    expect(refusalOf(minimal({ tail, hasStore: false }))).toMatchObject({
      code: 'config_invalid',
      message: expect.stringMatching(
        /^attached in .* sealing_thread\[0\] \(plan \w+\) puts its sectors there/,
      ),
    });
  },
);

test.each(['unseal', 'wdpost'])('plan %s needs none', (plan) => {
  const tail = `plan = "${plan}"\n${store('/far', 'readonly = true')}`;
  expect(loadWorkerConfig(tomlFile(minimal({ tail, hasStore: false }))).config.attached).toHaveLength(1);
});

test('a file in Latin-1 is refused with the line', () => {
  const path = join(freshDir(), 'worker.toml');
  writeFileSync(path, Buffer.from(minimal({ head: '[worker]\nname = "Z\u00fcrich"' }), 'latin1'));
  expect(thrownBy(() => loadWorkerConfig(path))).toMatchObject({
    code: 'config_invalid',
    message: expect.stringMatching(/worker\.toml:2 is not UTF-8 \(it has the byte 0xfc\)/),
  });
});
