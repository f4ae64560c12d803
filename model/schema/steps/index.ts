import type { StepKind } from '../kind.js';
import { agentsFreeze } from './agents.freeze.js';
import { agentsThaw } from './agents.thaw.js';
import { casesCompare } from './cases.compare.js';
import { casesRun } from './cases.run.js';
import { commandRun } from './command.run.js';
import { envEnsure } from './env.ensure.js';
import { fileCopy } from './file.copy.js';
import { fileRestore } from './file.restore.js';
import { fileSnapshot } from './file.snapshot.js';
import { fileWrite } from './file.write.js';
import { httpCheck } from './http.check.js';
import { logScan } from './log.scan.js';
import { manifestCheck } from './manifest.check.js';
import { metricsRead } from './metrics.read.js';
import { notify } from './notify.js';
import { stackDown } from './stack.down.js';
import { stackLogs } from './stack.logs.js';
import { stackPs } from './stack.ps.js';
import { stackUp } from './stack.up.js';
import { tcpCheck } from './tcp.check.js';
import { wait } from './wait.js';

/** Every step kind by the name that a runbook's `uses` gives. One line per kind, by name. */
export const stepKinds = {
  'agents.freeze': agentsFreeze,
  'agents.thaw': agentsThaw,
  'cases.compare': casesCompare,
  'cases.run': casesRun,
  'command.run': commandRun,
  'env.ensure': envEnsure,
  'file.copy': fileCopy,
  'file.restore': fileRestore,
  'file.snapshot': fileSnapshot,
  'file.write': fileWrite,
  'http.check': httpCheck,
  'log.scan': logScan,
  'manifest.check': manifestCheck,
  'metrics.read': metricsRead,
  notify,
  'stack.down': stackDown,
  'stack.logs': stackLogs,
  'stack.ps': stackPs,
  'stack.up': stackUp,
  'tcp.check': tcpCheck,
  wait,
} satisfies Record<string, StepKind>;

export type KindName = keyof typeof stepKinds;
