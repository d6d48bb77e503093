/** A manager in front of another one, in a process of its own. */
import { startUpstreamServer } from '../../dist/src/http/upstream/server.js';

const [upstream, home] = process.argv.slice(2);

const { port } = await startUpstreamServer({
  upstream,
  home,
  host: '127.0.0.1',
  port: 0,
  emit: () => undefined,
});
process.send?.({ port });
