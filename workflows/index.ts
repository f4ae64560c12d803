/** The workflow types of golive, as the worker's bundle exports them. */
export { goLive } from './go-live.js';
export { phase } from './phase.js';
