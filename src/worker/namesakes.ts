/** Another living worker of this one's name, as the manager tells it with the answer to a report. */
import type { Emit } from '../protocol/events/table.js';
import { pingAnswerParts } from '../protocol/ping.js';

/** Warns once for each time that there are others. Upstream's managers tell nothing. */
export function namesakeWarner(name: () => string, emit: Emit): (answer: unknown) => void {
  let isWarned = false;
  return (told) => {
    const { data } = pingAnswerParts.others.safeParse(told);
    if (data && !isWarned) emit({ event: 'worker.namesake', name: name(), others: data.Others });
    isWarned = data !== undefined;
  };
}
