/** The restarts within a sliding period. Each is handled once when it is added and once when it expires. */
export class RestartWindow {
  #times: number[] = [];
  #oldest = 0;

  /** Counts a restart at `now`; false when there are then more than `intensity` within `periodMs`, both ends included (OTP). */
  admit(now: number, intensity: number, periodMs: number): boolean {
    while (this.#oldest < this.#times.length && now - (this.#times[this.#oldest] ?? now) > periodMs)
      this.#oldest++;
    if (this.#oldest > 32 && this.#oldest * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#oldest);
      this.#oldest = 0;
    }
    this.#times.push(now);
    return this.#times.length - this.#oldest <= intensity;
  }
}
