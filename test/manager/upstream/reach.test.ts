/** What is said of whether the manager behind answers. */
import { expect, test } from 'vitest';
import { Reach } from '#src/manager/upstream/reach.js';
import { type Emit, lineOf } from '#src/protocol/events/table.js';

function setup() {
  const lines: string[] = [];
  const emit: Emit = (event) => void lines.push(lineOf(event).message);
  let nowMs = 1_000_000_000;
  const self = new Reach('http://m:1789', emit, () => nowMs);
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { self, lines, pass };
}

test('an outage is said once a minute, also where the clock was set back meanwhile', () => {
  const { self, lines, pass } = setup();
  self.failed('connection refused');
  self.failed('connection refused');
  self.answered(200, null);
  self.failed('connection refused');
  expect(lines).toHaveLength(2);
  pass(-3_600_000);
  self.failed('connection refused');
  expect(lines).toHaveLength(3);
});
