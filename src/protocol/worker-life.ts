/** Life states of a worker, as its views and pings name them. */
export const workerLives = ['booting', 'serving', 'cordoned', 'draining', 'stopping', 'stopped'] as const;

export type WorkerLife = (typeof workerLives)[number];
