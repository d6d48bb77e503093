/** Entry of a thread that reads the history of a failed thread, whose disk may hang. */
import type { HistoryQuery } from '../../protocol/thread.js';
import { readHistoryJson } from '../../store/read-history.js';
import { threadHost } from '../../threads/host.js';

threadHost<null, never>().ready({
  read: (location: string, query: HistoryQuery) => readHistoryJson(location, query),
});
