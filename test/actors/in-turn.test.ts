import { expect, test } from 'vitest';
import { inTurn } from '#src/actors/in-turn.js';

test('what comes later waits for what is under way, also when that fails, and each caller hears of its own', async () => {
  const oneAtATime = inTurn();
  const told: string[] = [];
  const first = Promise.withResolvers<string>();
  const act = (name: string, end: () => string | Promise<string>) =>
    oneAtATime(async () => {
      told.push(`${name} begins`);
      try {
        return await end();
      } finally {
        told.push(`${name} ends`);
      }
    });
  const a = act('a', () => first.promise);
  const b = act('b', () => 'of b');
  await Promise.resolve();
  await Promise.resolve();
  expect(told).toEqual(['a begins']);
  first.reject(new Error('a failed'));
  await expect(a).rejects.toThrow('a failed');
  await expect(b).resolves.toBe('of b');
  expect(told).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
});

test('what throws at once rejects, and the next is run', async () => {
  const oneAtATime = inTurn();
  const broken = oneAtATime(() => {
    throw new Error('broken');
  });
  await expect(broken).rejects.toThrow('broken');
  await expect(oneAtATime(() => 1)).resolves.toBe(1);
});
