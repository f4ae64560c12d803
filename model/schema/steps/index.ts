import type { StepKind } from '../kind.js';
import { agentsFreeze } from './agents.freeze.js';
import { agentsThaw } from './agents.thaw.js';
import { alertClear } from './alert.clear.js';
import { alertRaise } from './alert.raise.js';
import { badgeUpdate } from './badge.update.js';
import { casesCompare } from './cases.compare.js';
import { casesRun } from './cases.run.js';
import { commandRun } from './command.run.js';
import { envEnsure } from './env.ensure.js';
import { evidenceWrite } from './evidence.write.js';
import { fileAwait } from './file.await.js';
import { fileCopy } from './file.copy.js';
import { fileDrop } from './file.drop.js';
import { fileRestore } from './file.restore.js';
import { fileSnapshot } from './file.snapshot.js';
import { fileWrite } from './file.write.js';
import { gitRevert } from './git.revert.js';
import { healthContract } from './health.contract.js';
import { httpCheck } from './http.check.js';
import { jsonlCount } from './jsonl.count.js';
import { logRotate } from './log.rotate.js';
import { logScan } from './log.scan.js';
import { manifestCheck } from './manifest.check.js';
import { metricsRead } from './metrics.read.js';
import { notify } from './notify.js';
import { prPrepare } from './pr.prepare.js';
import { processAwaitRespawn } from './process.await-respawn.js';
import { processFind } from './process.find.js';
import { processKill } from './process.kill.js';
import { redisCheck } from './redis.check.js';
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
  'alert.clear': alertClear,
  'alert.raise': alertRaise,
  'badge.update': badgeUpdate,
  'cases.compare': casesCompare,
  'cases.run': casesRun,
  'command.run': commandRun,
  'env.ensure': envEnsure,
  'evidence.write': evidenceWrite,
  'file.await': fileAwait,
  'file.copy': fileCopy,
  'file.drop': fileDrop,
  'file.restore': fileRestore,
  'file.snapshot': fileSnapshot,
  'file.write': fileWrite,
  'git.revert': gitRevert,
  'health.contract': healthContract,
  'http.check': httpCheck,
  'jsonl.count': jsonlCount,
  'log.rotate': logRotate,
  'log.scan': logScan,
  'manifest.check': manifestCheck,
  'metrics.read': metricsRead,
  notify,
  'pr.prepare': prPrepare,
  'process.await-respawn': processAwaitRespawn,
  'process.find': processFind,
  'process.kill': processKill,
  'redis.check': redisCheck,
  'stack.down': stackDown,
  'stack.logs': stackLogs,
  'stack.ps': stackPs,
  'stack.up': stackUp,
  'tcp.check': tcpCheck,
  wait,
} satisfies Record<string, StepKind>;

export type KindName = keyof typeof stepKinds;
