/** The last readings of the disks. */
import type { Disks, Reading } from './disk.js';

export class Readings {
  readonly #disks: Pick<Disks, 'read'>;
  /** The last reading of each path: its file system, or why it cannot be read. */
  readonly #answers = new Map<string, Reading>();
  /** The latest reading of each file system, through any of its paths. */
  readonly #latest = new Map<number, { readonly turn: number; readonly reading: Reading }>();

  constructor(disks: Pick<Disks, 'read'>) {
    this.#disks = disks;
  }

  /** The file system that the path is on; null if not known. */
  deviceOf(path: string | null): number | null {
    const answer = path === null ? undefined : this.#answers.get(path);
    return answer?.isRead ? answer.device : null;
  }

  of(path: string): Reading | undefined {
    const device = this.deviceOf(path);
    return device === null ? this.#answers.get(path) : this.ofDevice(device);
  }

  ofDevice(device: number): Reading | undefined {
    return this.#latest.get(device)?.reading;
  }

  /** Reads a path for check number `turn`. `onNews` is called when it takes effect; a reading that arrives after a later check does not. */
  async look(path: string, turn: number, onNews: (device: number) => void): Promise<void> {
    const reading = await this.#disks.read(path);
    this.#answers.set(path, reading);
    if (!reading.isRead || turn < (this.#latest.get(reading.device)?.turn ?? 0)) return;
    this.#latest.set(reading.device, { turn, reading });
    onNews(reading.device);
  }
}
