/** A server that is busy, full, behind a broken gateway or failing for now; any other refusal is an answer. */
export function mayPass(status: number): boolean {
  return status >= 500 || status === 408 || status === 429;
}
