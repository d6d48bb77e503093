/** What a worker is at, as its views and pings name it. */
export const workerLives = ['booting', 'serving', 'cordoned', 'draining', 'stopping', 'stopped'] as const;

export type WorkerLife = (typeof workerLives)[number];
