import { adoptionText } from '../../src/protocol/text/adoption.js';
import { clockText, wishText } from '../../src/protocol/text/ages.js';
import { oneLine } from '../../src/protocol/text/escaped.js';
import type { Wish, WorkerView } from '../../src/protocol/worker.js';

/** One line about a worker that is not simply serving; null when it is, or when nothing is known about it. */
export function lifeLine(
  worker: Pick<WorkerView, 'name' | 'life' | 'cordon' | 'drain' | 'manager'> | null,
  nowMs: number,
): string | null {
  if (!worker) return null;
  const waits = adoptionText(worker.manager, nowMs);
  if (waits !== null) return oneLine(`worker ${worker.name} ${waits}`);
  if (worker.life === 'serving') return null;
  const { name, life, cordon, drain } = worker;
  const by = (wish: Wish) => ` by ${wishText(wish, nowMs)}`;
  if (life === 'draining' && drain) {
    const latest = drain.deadline ? `, at the latest ${clockText(drain.deadline, nowMs)}` : '';
    return oneLine(
      `worker ${name} is being drained${by(drain)}; ${drain.done} of ${drain.of} threads are done${latest}`,
    );
  }
  return oneLine(`worker ${name} is ${life}${life === 'cordoned' && cordon ? by(cordon) : ''}`);
}
