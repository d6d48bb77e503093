/** A supervisor that keeps records of its children, so that the whole tree can be shown. */
import type {
  Child,
  ChildInfo,
  ChildType,
  Exit,
  Strategy,
  Supervisor,
  SupervisorEvent,
  SupervisorSpec,
} from './spec.js';
import { startSupervisor } from './supervisor.js';

/** What a child may report about itself. */
export interface NodeFacts {
  readonly heartbeatAgeMs?: number | null;
  readonly heapBytes?: number | null;
  readonly pid?: number | null;
  readonly threadId?: number | null;
}

/** One child as a tree shows it. Times are RFC 3339 UTC. */
export interface TreeNode {
  readonly id: string;
  readonly type: ChildType;
  /** Null for a child that is not a supervisor. */
  readonly strategy: Strategy | null;
  readonly status: 'running' | 'restarting' | 'down' | 'failed';
  readonly incarnation: number;
  readonly since: string;
  readonly restarts: { readonly inPeriod: number; readonly total: number };
  readonly lastExit: {
    readonly kind: Exit['kind'];
    readonly reason: string | null;
    readonly at: string;
  } | null;
  readonly heartbeatAgeMs: number | null;
  readonly heapBytes: number | null;
  readonly pid?: number;
  readonly threadId?: number;
  /** Anything else that an operator has to know about it. */
  readonly note?: string;
  readonly children: readonly TreeNode[];
}

/** A child that reports details about itself. */
export interface Told extends Child {
  facts?(): NodeFacts;
  /** A supervisor's children; the record of the supervisor itself is kept by its parent. */
  children?(): readonly TreeNode[];
  readonly strategy?: Strategy;
}

/** A supervisor in a tree: a child like any other, with its verbs behind `supervisor`. */
export interface Tree extends Child {
  readonly supervisor: Supervisor;
  readonly strategy: Strategy;
  stop(): Promise<void>;
  children(): readonly TreeNode[];
  /** The node of this supervisor as the root: it has no parent that keeps its record. */
  root(id: string): TreeNode;
}

interface Book {
  incarnation: number;
  since: Moment;
  total: number;
  recent: number[];
  lastExit: (Omit<NonNullable<TreeNode['lastExit']>, 'at'> & { readonly at: Moment }) | null;
}

const iso = (ms: number) => new Date(ms).toISOString();

/** A larger difference than the drift of the two clocks, ms: the wall clock was set. */
const stepMs = 1000;

/** Wall time of a past moment, ms, by the monotonic clock: correct even if the wall clock was set since. */
function wallTime({ wallMs, steadyMs }: Moment): number {
  const set = Date.now() - wallMs - (performance.now() - steadyMs);
  return Math.abs(set) > stepMs ? wallMs + set : wallMs;
}

interface Moment {
  readonly wallMs: number;
  readonly steadyMs: number;
}

const present = (): Moment => ({ wallMs: Date.now(), steadyMs: performance.now() });
const reasonOf = (exit: Exit): string | null =>
  exit.kind !== 'crash' ? null : exit.error instanceof Error ? exit.error.message : String(exit.error);

/** Starts a supervisor whose children can be shown. Rejects as `startSupervisor` does. */
export async function startTree(spec: SupervisorSpec): Promise<Tree> {
  const { strategy = 'one_for_one', periodMs = 5000 } = spec;
  const books = new Map<string, Book>();
  const born = present();
  const supervisor = await startSupervisor(spec);
  const bookOf = (id: string): Book => {
    const book = books.get(id) ?? { incarnation: 1, since: born, total: 0, recent: [], lastExit: null };
    books.set(id, book);
    return book;
  };
  supervisor.subscribe((event) => {
    if (event.id !== undefined) note(bookOf(event.id), event, periodMs);
  });
  let isOver = false;
  void supervisor.exited.then(() => {
    isOver = true;
  });
  const infos = () => (isOver ? [] : supervisor.whichChildren());
  const children = () => infos().map((info) => nodeOf(info, bookOf(info.id ?? 'child'), periodMs));
  return {
    supervisor,
    strategy,
    exited: supervisor.exited,
    stop: () => supervisor.stop(),
    kill: () => supervisor.kill(),
    children,
    root: (id) => ({
      id,
      type: 'supervisor',
      strategy,
      status: 'running',
      incarnation: 1,
      since: iso(wallTime(born)),
      restarts: { inPeriod: 0, total: 0 },
      lastExit: null,
      heartbeatAgeMs: null,
      heapBytes: null,
      pid: process.pid,
      children: children(),
    }),
  };
}

/** The recorded facts of a child, with what it reports about itself. */
function nodeOf({ id = 'child', child, type }: ChildInfo, book: Book, periodMs: number): TreeNode {
  const told: Partial<Told> = typeof child === 'object' ? child : {};
  const { pid, threadId, heartbeatAgeMs = null, heapBytes = null } = told.facts?.() ?? {};
  return {
    id,
    type,
    strategy: told.strategy ?? null,
    status: child === 'restarting' ? 'restarting' : child === undefined ? 'down' : 'running',
    incarnation: book.incarnation,
    since: iso(wallTime(book.since)),
    restarts: { inPeriod: inPeriod(book, periodMs).length, total: book.total },
    lastExit: book.lastExit && { ...book.lastExit, at: iso(wallTime(book.lastExit.at)) },
    heartbeatAgeMs,
    heapBytes,
    ...(pid == null ? {} : { pid }),
    ...(threadId == null ? {} : { threadId }),
    children: told.children?.() ?? [],
  };
}

const inPeriod = (book: Book, periodMs: number) =>
  book.recent.filter((at) => performance.now() - at <= periodMs);

function note(book: Book, event: SupervisorEvent, periodMs: number): void {
  const now = present();
  switch (event.kind) {
    case 'child.started':
      book.incarnation = event.incarnation ?? book.incarnation + 1;
      book.since = now;
      return;
    case 'child.exited':
      if (event.exit) book.lastExit = { kind: event.exit.kind, reason: reasonOf(event.exit), at: now };
      book.since = now;
      return;
    case 'child.restarting':
      book.total += 1;
      book.recent = [...inPeriod(book, periodMs), now.steadyMs];
      return;
    case 'child.gaveUp':
    case 'supervisor.exited':
      return;
  }
}
