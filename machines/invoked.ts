/** XState types an invoked actor's done and error events only where the actor is invoked; these read them by shape. */
import type { StageFailure, StageOutcome } from './record-changes.js';
import type { PlaceAnswer } from './thread-words.js';

// Call these only on the done or error event of a stage or of a permit request.
export const outcomeOf = (event: unknown) => (event as { output: StageOutcome }).output;
export const answerOf = (event: unknown) => (event as { output: PlaceAnswer }).output;
export const failureOf = (event: unknown) => (event as { error: StageFailure }).error;
