/** The floor of a hop through a manager in front of another one: hono's own proxy helper, and nothing beside it. */
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { proxy } from 'hono/proxy';

const [upstream] = process.argv.slice(2);
const app = new Hono();
app.all('*', (c) => proxy(`${upstream}${new URL(c.req.url).pathname}`, { raw: c.req.raw }));
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => process.send?.({ port }));
