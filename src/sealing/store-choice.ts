import { StageError } from '../protocol/level.js';
import type { AttachedStore, StageContext } from './stage.js';

/** The store that is to keep so many bytes: the first that can be written. @throws StageError permanent when there is none */
export async function chosenStore(context: StageContext, _bytes: number): Promise<AttachedStore> {
  const store = context.stores.find((each) => !each.readonly);
  if (store) return store;
  throw new StageError('permanent', 'no attached store can be written: add an [[attached]] store and resume');
}
