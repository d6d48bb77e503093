/**
 * Node's clients, loaded when they are used. Not by `import()`, which reads every export of a module of node's: one of
 * `node:http` loads all of fetch, for longer than a command takes to ask its worker.
 */
export function requestOf({ protocol }: URL): typeof import('node:http').request {
  const module = protocol === 'https:' ? 'node:https' : 'node:http';
  return process.getBuiltinModule(module).request;
}
