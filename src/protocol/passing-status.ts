/** Whether an HTTP status may be temporary: a busy, full or failing server, or a broken gateway. Any other refusal is final. */
export function mayPass(status: number): boolean {
  return status >= 500 || status === 408 || status === 429;
}
