/** A fault of somebody else's code that a supervisor survives, as a warning of the process with an event name. */
export function warn(event: string, error: unknown): void {
  process.emitWarning(error instanceof Error ? error.message : String(error), {
    type: 'Sealvisor',
    code: event,
  });
}
