/** Who can die where on a course. */
import type { Course } from './courses.js';
import type { Death, Deaths } from './matrix.js';

export const everyState =
  (of: (course: Course, state: string) => readonly Death[]) =>
  (course: Course): Deaths =>
    Object.fromEntries(course.states.map((state) => [state, of(course, state)]));

/** In the middle of a stage that writes a file. */
export const half = ({ fileOf }: Course, state: string, victim: Death['victim']): readonly Death[] =>
  fileOf[state] === undefined ? [] : [{ victim, moment: 'half' }];

export const ofManager = everyState(({ callOf }, state) => [
  ...(callOf[state] === undefined
    ? []
    : ([
        { victim: 'manager', moment: 'request' },
        { victim: 'manager', moment: 'answer' },
      ] as const)),
  // A thread that was given nothing has nothing to commit.
  ...(state === 'Empty' ? [] : ([{ victim: 'manager', moment: 'stage' }] as const)),
]);

export const ofWorker = everyState((course, state) => [
  { victim: 'worker', moment: 'commit' },
  ...half(course, state, 'worker'),
  { victim: 'worker', moment: 'stage' },
]);

export const ofThread = everyState((course, state) => [
  ...half(course, state, 'thread'),
  { victim: 'thread', moment: 'stage' },
]);

export const ofThreadBehindCommit = everyState(() => [{ victim: 'thread', moment: 'commit' }]);

/** As titles of tests, and who dies. */
export const victims = [
  ['the worker', ofWorker],
  ['the thread', ofThread],
  ['the thread, right behind each commit', ofThreadBehindCommit],
  ['the manager', ofManager],
] as const;
