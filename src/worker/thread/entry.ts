/** Where a sealing thread begins. A spare one waits here for its setup, with what takes time to load loaded already. */
import { hasData } from '../../threads/host.js';
import './life.js';
import '../../store/thread-store.js';

// What is wrong with its module ends the thread, with that error.
void hasData().then(() => import('./main.js'));
