/**
 * Who may see whom: the one table. `npm run docs` writes the linter's rules (biome.json) and the table of docs/architecture.md from
 * it; `test/docs/rooms.test.ts` holds both to it and looks at every import.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/**
 * @typedef {object} Room
 * @property {string} room A directory.
 * @property {readonly string[]} sees Rooms, or single files without their ending, that it may import; its own files always.
 * @property {readonly string[]} [typesOf] Rooms of which it may import types.
 * @property {readonly string[]} [doors] Packages that no other room imports, but for those that name them as well.
 * @property {string} holds What is in it.
 */

const basis = ['machines', 'src/protocol', 'src/actors', 'src/disks', 'src/config'];
const underWorker = ['src/store', 'src/sealing', 'src/processes'];
const border = 'src/worker/border';
/** The main side of a sealing thread: neither sees the other, both see the border between them. */
export const mainSide = [
  'src/worker',
  'src/worker/roster',
  'src/worker/desk',
  'src/worker/space',
  'src/worker/processors',
  'src/worker/roots',
];
const seenByMainSide = [...basis, ...underWorker, 'src/fleet', 'src/threads', border, ...mainSide];

/** @type {readonly Room[]} */
export const rooms = [
  {
    room: 'machines',
    sees: [],
    typesOf: ['src/protocol'],
    holds: 'the statecharts, and the plans as tables',
  },
  { room: 'src/protocol', sees: [], holds: 'the wire and the vocabulary; `text/`: sentences made from them' },
  { room: 'src/actors', sees: [], holds: 'supervision, after OTP' },
  {
    room: 'src/disks',
    sees: ['src/protocol'],
    holds: 'how a directory is known to be its disk; calls with a deadline',
  },
  {
    room: 'src/config',
    sees: ['machines', 'src/protocol', 'src/disks'],
    doors: ['smol-toml', 'fastest-levenshtein'],
    holds: 'TOML files, as typed settings',
  },
  {
    room: 'src/fleet',
    sees: ['src/protocol', 'src/config', 'src/actors/system-clock'],
    doors: ['eventsource-parser'],
    holds: 'how daemons and commands reach a daemon, as its clients',
  },
  {
    room: 'src/threads',
    sees: ['src/protocol', 'src/actors'],
    doors: ['node:worker_threads', 'comlink'],
    holds: 'a worker_thread as a supervised child',
  },
  {
    room: 'src/processes',
    sees: ['src/protocol', 'src/actors', 'src/disks'],
    doors: ['node:child_process'],
    holds: 'a child process as a supervised child',
  },
  {
    room: 'src/store',
    sees: ['machines', 'src/protocol', 'src/disks'],
    doors: ['better-sqlite3'],
    holds: 'databases',
  },
  {
    room: 'src/sealing',
    sees: [
      ...['machines', 'src/protocol', 'src/disks', 'src/processes'],
      ...['src/actors/system-clock', 'src/actors/in-turn', 'src/actors/backoff'],
    ],
    holds: 'stages, our own processors, stores of sectors, the check of processors',
  },
  {
    room: 'src/worker',
    sees: seenByMainSide,
    holds: 'the worker daemon: control, verbs, drain, reload, heartbeat, events',
  },
  {
    room: border,
    sees: ['machines', 'src/protocol', ...underWorker],
    holds: 'the contract between the main thread and a sealing thread, and what carries its calls',
  },
  {
    room: 'src/worker/thread',
    sees: [...basis, ...underWorker, 'src/threads', border],
    holds: 'all that runs in a sealing thread, and nothing else',
  },
  {
    room: 'src/worker/roster',
    sees: seenByMainSide,
    holds: 'the main side of a thread: its slot, its supervision, what it shows',
  },
  { room: 'src/worker/desk', sees: seenByMainSide, holds: 'who may begin what: limits and breakers' },
  { room: 'src/worker/space', sees: seenByMainSide, holds: 'room on disks' },
  { room: 'src/worker/processors', sees: seenByMainSide, holds: 'child processes, and what they work at' },
  {
    room: 'src/worker/roots',
    sees: seenByMainSide,
    holds: 'locations and attached stores: are they their disks, do they answer',
  },
  {
    room: 'src/manager',
    sees: [...basis, ...underWorker, 'src/fleet'],
    holds: 'the manager daemon: `sectors/`, `jobs/`, `pieces/`; `upstream/`: in front of another manager',
  },
  {
    room: 'src/http',
    sees: [...seenByMainSide, 'src/manager', 'src/version'],
    doors: ['hono', '@hono/node-server', 'ws', 'json-rpc-2.0', 'prom-client'],
    holds: 'HTTP: routes of `worker/`, `manager/` and `upstream/`',
  },
  {
    room: 'cli',
    sees: [...seenByMainSide, 'src/manager', 'src/http', 'src/version'],
    doors: ['commander'],
    holds: 'the bins and their verbs; the end of the process',
  },
];

const within = (/** @type {string} */ path, /** @type {string} */ room) =>
  path === room || path.startsWith(`${room}/`);

/** The room of a file: the longest that holds it. */
export function roomOf(/** @type {string} */ path) {
  return rooms
    .filter(({ room }) => within(path, room))
    .reduce(
      (/** @type {Room | undefined} */ most, each) =>
        (most?.room.length ?? 0) > each.room.length ? most : each,
      undefined,
    );
}

/** Whether a file may import another; both are paths in the project without their ending. */
export function maySee(/** @type {string} */ from, /** @type {string} */ to, isTypeOnly = false) {
  const [seeing, seen] = [roomOf(from), roomOf(to)];
  if (!seeing) return false;
  if (seeing === seen || seeing.sees.includes(to)) return true;
  return [...seeing.sees, ...(isTypeOnly ? (seeing.typesOf ?? []) : [])].some((each) => each === seen?.room);
}

const allDoors = [...new Set(rooms.flatMap(({ doors = [] }) => doors))];

/** As the linter reads it: it sees the text of an import only, so a room under `src/worker` goes by its own name there. */
function pattern(/** @type {string} */ from, /** @type {string} */ to) {
  const name = to.replace(/^src\//, '');
  if (!within(from, 'src/worker')) return `**/${name}/**`;
  if (to === 'src/worker') return '../*.js';
  return `**/${name.replace(/^worker\//, '')}/**`;
}

function restrictions(/** @type {Room} */ { room, sees, typesOf = [], doors = [] }) {
  const shown = [...sees, ...typesOf];
  const hidden = rooms.filter((each) => each.room !== room && !shown.includes(each.room));
  const files = shown.filter((each) => !rooms.some((other) => other.room === each) && each !== 'src/version');
  const group = [
    ...hidden.map((each) => pattern(room, each.room)),
    ...files.map((file) => `!**/${file.replace(/^src\//, '')}.js`),
  ];
  const packages = allDoors
    .filter((each) => !doors.includes(each))
    .flatMap((each) => (each.startsWith('node:') ? [each] : [each, `${each}/**`]));
  return [
    ...(hidden.length > 0 ? [{ group, message: `${room} does not see it (rooms.js)` }] : []),
    { group: packages, message: 'another room is the only door to it (rooms.js)' },
  ];
}

/** The linter's overrides, one a room; a room in a room comes behind the one that holds it. */
export const overrides = rooms.map((each) => ({
  includes: [`${each.room}/**`],
  linter: {
    rules: { style: { noRestrictedImports: { level: 'error', options: { patterns: restrictions(each) } } } },
  },
}));

/** Names without their common beginning, in the order of the table. */
const named = (/** @type {readonly string[]} */ names) =>
  names.map((each) => `\`${each.replace(/^src\//, '')}\``).join(', ');

/** The table of docs/architecture.md. */
export function table() {
  const lines = rooms.map(({ room, sees, typesOf = [], doors = [], holds }) => {
    const types = typesOf.length > 0 ? `types of ${named(typesOf)}` : '';
    const hidden = rooms.filter((each) => each.room !== room && !sees.includes(each.room));
    const seen = hidden.length < 6 ? `all but ${named(hidden.map((each) => each.room))}` : named(sees);
    return `| \`${room}\` | ${holds} | ${[seen, types].filter(Boolean).join(', ') || 'nothing'} | ${named(doors)} |`;
  });
  return ['| room | holds | sees | is the only door to |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

export const [begins, ends] = ['<!-- rooms.js: begins -->', '<!-- rooms.js: ends -->'];

/** The page with the table as it is now. */
export function pageWith(/** @type {string} */ page) {
  const [before, rest = ''] = page.split(begins);
  return `${before}${begins}\n${table()}\n${ends}${rest.split(ends)[1] ?? ''}`;
}

/** The linter's configuration with the rules as they are now; what is not about rooms stays. */
export function linterWith(
  /** @type {{overrides: {linter?: {rules?: {style?: {noRestrictedImports?: unknown}}}}[]}} */ config,
) {
  const others = config.overrides.filter(({ linter }) => !linter?.rules?.style?.noRestrictedImports);
  return { ...config, overrides: [...others, ...overrides] };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync('biome.json', JSON.stringify(linterWith(JSON.parse(readFileSync('biome.json', 'utf8')))));
  writeFileSync('docs/architecture.md', pageWith(readFileSync('docs/architecture.md', 'utf8')));
}
