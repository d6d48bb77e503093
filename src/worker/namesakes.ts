/** Another living worker of this one's name, as the manager tells it with the answer to a report. */
import { pingAnswerParts } from '../protocol/ping.js';
import { someOf } from '../protocol/some-of.js';

/** Warns once for each time that there are others. Upstream's managers tell nothing. */
export function namesakeWarner(name: () => string, warn: (line: string) => void): (answer: unknown) => void {
  let isWarned = false;
  return (told) => {
    const { data } = pingAnswerParts.others.safeParse(told);
    if (data && !isWarned)
      warn(
        `another worker reports as ${name()}, too (${someOf(data.Others)}): commands by this name are refused; give each its own [worker] name`,
      );
    isWarned = data !== undefined;
  };
}
