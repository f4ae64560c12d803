import type { GoLiveRef } from '../../model/state/contract.js';

/** A rehearsal of the change c1 on lab, whose evidence lies in this folder. */
export const refOfLab = (bag: string, timeScale = 1): GoLiveRef => ({
  id: 'lab/c1',
  target: 'lab',
  change: 'c1',
  runbook: 'r',
  mode: 'rehearse',
  timeScale,
  baseDir: bag,
  evidenceDir: bag,
});
