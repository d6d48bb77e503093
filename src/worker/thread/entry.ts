/** The entry of a sealing thread. A spare thread waits here for its setup, with the slow modules already loaded. */
import { hasData } from '../../threads/host.js';
import './life.js';
import '../../store/thread-store.js';

// An error while loading the module ends the thread with that error.
void hasData().then(() => import('./main.js'));
