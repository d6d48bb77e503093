export type { Progress } from '../protocol/thread.js';
export { type ProcessChild, type ProcessChildOptions, processChild } from './child.js';
export { homeMark } from './mark.js';
export { endOrphans } from './orphans.js';
export { type Processor, type ProcessorOptions, processorChild } from './processor.js';
export { type Answer, parseAnswer } from './protocol.js';
export { type ServeOptions, serveProcessor } from './serve-processor.js';
