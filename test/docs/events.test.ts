import { expect, test } from 'vitest';
import { eventGroups, events } from '#src/protocol/events/table.js';
import { eventsPage } from '../tools/docs/events-page.js';

test('docs/events.md is what the table of events makes: npm run docs makes it anew', async () => {
  await expect(eventsPage()).toMatchFileSnapshot('../../docs/events.md');
});

test('an event has one row, and no field has the name of another part of a log line', () => {
  const names = Object.values(eventGroups).flatMap((rows) => Object.keys(rows));
  expect(names.toSorted()).toEqual(Object.keys(events).toSorted());
  const parts = ['time', 'level', 'component', 'event', 'message'];
  const fields = Object.values(events).flatMap((row) => Object.keys(row.fields));
  expect(fields.filter((name) => parts.includes(name))).toEqual([]);
});

test('the name of an event is its subject and what has happened to it', () => {
  for (const name of Object.keys(events)) expect(name).toMatch(/^[a-z][A-Za-z]*\.[a-z][A-Za-z]*$/);
});
