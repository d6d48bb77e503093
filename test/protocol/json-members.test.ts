import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemberScan } from '#src/protocol/json-members.js';

/** The values of an object's members as text, by key; the fault of what is none. */
function scanned(json: string | Buffer, cuts: readonly number[] = []) {
  const bytes = Buffer.from(json);
  const members: [string, string][] = [];
  const scan = new MemberScan((key) => {
    const member: [string, string] = [key, ''];
    members.push(member);
    return (part) => {
      member[1] += Buffer.from(part).toString('latin1');
    };
  });
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  let from = 0;
  for (const to of [...places, bytes.length]) {
    // Its own memory, which is used again: nothing of it is kept.
    const chunk = Buffer.from(bytes.subarray(from, to));
    scan.push(chunk);
    chunk.fill(0);
    from = to;
  }
  return { members, fault: scan.fault, isWhole: scan.isWhole };
}

const utf8 = (latin1: string) => Buffer.from(latin1, 'latin1').toString();
const runs = { numRuns: Number(process.env.MODEL_RUNS ?? 1000) };
const cuts = fc.array(fc.nat(), { maxLength: 12 });

/** JSON as no library writes it: white space, escapes, numbers of any length, keys that come twice. */
const space = fc.stringMatching(/^[ \t\r\n]{0,2}$/);
const { value } = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.stringMatching(/^-?(0|[1-9]\d{0,30})(\.\d{1,20})?([eE][+-]?\d{1,3})?$/),
    fc.constantFrom(
      'true',
      'false',
      'null',
      '"\\u00e9\\"\\\\"',
      '"ü\u{1f600}"',
      '1.0',
      '18446744073709551615',
    ),
    fc.string().map((text) => JSON.stringify(text)),
    fc
      .tuple(space, fc.array(tie('value'), { maxLength: 3 }))
      .map(([gap, items]) => `[${gap}${items.join(`${gap},`)}${gap}]`),
    tie('object'),
  ),
  object: fc
    .tuple(
      space,
      fc.array(fc.tuple(fc.constantFrom('a', 'b', '1', '\\u0061', 'ü'), tie('value')), { maxLength: 3 }),
    )
    .map(
      ([gap, members]) =>
        `{${gap}${members.map(([key, one]) => `"${key}"${gap}:${gap}${one}`).join(`,${gap}`)}}${gap}`,
    ),
}));

test('the bytes of each value are given as they stand, however the object comes in parts', () => {
  const members = fc.array(fc.tuple(fc.string({ maxLength: 8 }), value), { maxLength: 4 });
  fc.assert(
    fc.property(members, space, cuts, (all, gap, places) => {
      const json = `${gap}{${all.map(([key, one]) => `${gap}${JSON.stringify(key)}${gap}:${gap}${one}`).join(',')}${gap}}${gap}`;
      const { members: found, isWhole } = scanned(json, places);
      expect(isWhole).toBe(true);
      expect(found.map(([key, one]) => [key, utf8(one)])).toEqual(all.map(([key, one]) => [key, one.trim()]));
    }),
    runs,
  );
});

test('it takes exactly the objects that JSON.parse takes', () => {
  const letters = fc.constantFrom(
    ...'{}[],:"\\/0123456789.-+eEtrufalsn \t\n\u0001ü'.split(''),
    'true',
    'null',
    '"a":',
    '\\u00e9',
  );
  const broken = fc.tuple(value, fc.nat(), letters, fc.boolean()).map(([json, at, letter, isInserted]) => {
    const place = at % (json.length + 1);
    return json.slice(0, place) + letter + json.slice(place + (isInserted ? 0 : 1));
  });
  const inside = fc.oneof(
    value,
    broken,
    fc.array(letters, { maxLength: 12 }).map((all) => all.join('')),
  );
  fc.assert(
    fc.property(
      inside,
      fc.constantFrom('{"a":', '{', '', '{"a":{"b":'),
      fc.constantFrom('}', '', '}}'),
      cuts,
      (json, before, after, places) => {
        const text = before + json + after;
        expect(scanned(text, places).isWhole, text).toBe(isObject(text));
      },
    ),
    { numRuns: 5 * runs.numRuns },
  );
});

function isObject(json: string): boolean {
  try {
    const parsed: unknown = JSON.parse(json);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false;
  }
}

test.each([
  [`{"a":${'['.repeat(511)}${']'.repeat(511)}}`, undefined],
  [`{"a":${'['.repeat(512)}${']'.repeat(512)}}`, 'is nested deeper than 512'],
  [`{"a":${'{"b":'.repeat(100_000)}`, 'is nested deeper than 512'],
  ['[1]', 'is not JSON'],
  ['{"a":01}', 'is not JSON'],
  ['{"a":1}x', 'is not JSON'],
])('%.20s…: %s', (json, fault) => {
  expect(scanned(json).fault).toBe(fault);
});

test('a key of any length is passed over; one that is asked for is found in any spelling', () => {
  const { members, isWhole } = scanned(`{"${'k'.repeat(100_000)}":1,"out\\u0070ut":[2]}`, [1000, 50_000]);
  expect(isWhole).toBe(true);
  expect(members).toEqual([['output', '[2]']]);
});
