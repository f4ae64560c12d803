/** The workflow types of golive, as the worker's bundle exports them. */
export { goLive } from './go-live.js';
export { monitorWindow } from './monitor-window.js';
export { phase } from './phase.js';
export { preflight } from './preflight.js';
export { scheduled } from './scheduled.js';
