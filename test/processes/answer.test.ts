import { expect, test } from 'vitest';
import { isAnswer, parseAnswer } from '#src/processes/protocol.js';

test.each([
  ['{"id":1,"output":true,"err_msg":null}', true],
  ['{"id":1,"err_msg":"why"}', true],
  ['{"id":1,"result":[1]}', true],
  ['{"id":1,"level":"info","msg":"layer 1"}', false],
  ['{"id":1,"progress":{"percent":4}}', false],
  ['{"id":1,"msg":"the output is next"}', false],
  [`{"id":1,"output":"${'x'.repeat(100_000)}"}`, true],
])('only an output or an error is an answer: %#', (line, is) => {
  expect(isAnswer(Buffer.from(line))).toBe(is);
});

test('upstream of v0.2 to v0.3.1 says result', () => {
  expect(parseAnswer(Buffer.from('{"id":1,"result":[1]}'))).toEqual({ ok: true, output: [1] });
});

test('an error that is not text is an error all the same', () => {
  expect(parseAnswer(Buffer.from('{"id":1,"err_msg":{"code":5},"output":true}'))).toEqual({
    ok: false,
    message: 'its err_msg is not text: {"code":5}',
    isUnreadable: true,
  });
  expect(parseAnswer(Buffer.from('{"id":1,"err_msg":null,"output":true}'))).toEqual({
    ok: true,
    output: true,
  });
});
