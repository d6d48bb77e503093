/** Another live worker with the same name, as the manager reports it in its answer to a ping. */
import type { Emit } from '../protocol/events/table.js';
import { pingAnswerParts } from '../protocol/ping.js';

/** Warns once each time that others appear. Upstream's managers do not report them. */
export function namesakeWarner(name: () => string, emit: Emit): (answer: unknown) => void {
  let isWarned = false;
  return (told) => {
    const { data } = pingAnswerParts.others.safeParse(told);
    if (data && !isWarned) emit({ event: 'worker.namesake', name: name(), others: data.Others });
    isWarned = data !== undefined;
  };
}
