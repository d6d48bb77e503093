/** Reports a fault in other code that the supervisor survives, as a process warning with an event name. */
export function warn(event: string, error: unknown): void {
  process.emitWarning(error instanceof Error ? error.message : String(error), {
    type: 'Sealvisor',
    code: event,
  });
}
