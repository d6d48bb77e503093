/**
 * Node's HTTP clients, loaded on use. Not by `import()`, which reads every export of a builtin module: one export of
 * `node:http` loads all of fetch, which takes longer than a command's request to its worker.
 */
export function requestOf({ protocol }: URL): typeof import('node:http').request {
  const module = protocol === 'https:' ? 'node:https' : 'node:http';
  return process.getBuiltinModule(module).request;
}
