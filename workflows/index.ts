import { readPatternsBy } from '../model/expression/cel.js';
import { changed } from './changes.js';

/** The workflow types of golive, as the worker's bundle exports them. */
export { goLive } from './go-live.js';
export { monitorWindow } from './monitor-window.js';
export { phase } from './phase.js';
export { preflight } from './preflight.js';
export { scheduled } from './scheduled.js';

// Asked where an expression has a pattern, so that no other history has the marker.
readPatternsBy(() => changed('patterns-in-linear-time'));
