import type { StepCall, StepCalls, StepHandler } from '../activities/step/step.js';
import type { JsonObject } from '../model/json.js';
import type { StepKind } from '../model/schema/format/kind.js';
import { type KindName, stepKinds } from './catalog.js';
import type { HandlerOf } from '../activities/step/step.js';
import { agentsFreeze } from './agents/agents.freeze.js';
import { agentsThaw } from './agents/agents.thaw.js';
import { alertClear } from './notice/alert.clear.js';
import { alertRaise } from './notice/alert.raise.js';
import { badgeUpdate } from './record/badge.update.js';
import { bootstrapTime } from './quality/bootstrap.time.js';
import { casesCompare } from './cases/cases.compare.js';
import { casesRun } from './cases/cases.run.js';
import { chaosDisk } from './chaos/chaos.disk.js';
import { chaosKill } from './chaos/chaos.kill.js';
import { chaosMemory } from './chaos/chaos.memory.js';
import { chaosNetwork } from './chaos/chaos.network.js';
import { commandRun } from './command/command.run.js';
import { coverageRead } from './quality/coverage.read.js';
import { docsCheck } from './quality/docs.check.js';
import { envEnsure } from './file/env.ensure.js';
import { evidenceEarlier } from './record/evidence.earlier.js';
import { evidenceScan } from './record/evidence.scan.js';
import { evidenceWrite } from './record/evidence.write.js';
import { fileAwait } from './file/file.await.js';
import { fileCopy } from './file/file.copy.js';
import { fileDrop } from './file/file.drop.js';
import { fileRestore } from './file/file.restore.js';
import { fileSnapshot } from './file/file.snapshot.js';
import { fileWrite } from './file/file.write.js';
import { gitRevert } from './git/git.revert.js';
import { gitSelect } from './git/git.select.js';
import { gitState } from './git/git.state.js';
import { graphCheck } from './quality/graph.check.js';
import { healthContract } from './service/health.contract.js';
import { httpCheck } from './service/http.check.js';
import { httpRead } from './service/http.read.js';
import { jsonlCount } from './record/jsonl.count.js';
import { loadRun } from './load/load.run.js';
import { logRotate } from './log/log.rotate.js';
import { logScan } from './log/log.scan.js';
import { manifestCheck } from './cases/manifest.check.js';
import { metricsRead } from './record/metrics.read.js';
import { notify } from './notice/notify.js';
import { observabilityCheck } from './quality/observability.check.js';
import { prPrepare } from './git/pr.prepare.js';
import { processAwaitRespawn } from './process/process.await-respawn.js';
import { processFind } from './process/process.find.js';
import { processKill } from './process/process.kill.js';
import { prometheusQuery } from './prometheus/prometheus.query.js';
import { redisCheck } from './service/redis.check.js';
import { securityLicences } from './security/security.licences.js';
import { securitySbom } from './security/security.sbom.js';
import { securityScan } from './security/security.scan.js';
import { securitySecrets } from './security/security.secrets.js';
import { sqlQuery } from './sql/sql.query.js';
import { stackDown } from './stack/stack.down.js';
import { stackEngine } from './stack/stack.engine.js';
import { stackLogs } from './stack/stack.logs.js';
import { stackPs } from './stack/stack.ps.js';
import { stackSettings } from './stack/stack.settings.js';
import { stackUp } from './stack/stack.up.js';
import { tcpCheck } from './service/tcp.check.js';
import { testsRead } from './quality/tests.read.js';
import { wait } from './wait/wait.js';

/** Hands for every kind: a kind without them does not compile. */
export type HandlerTable = { [K in KindName]: HandlerOf<(typeof stepKinds)[K]> };

/** Every kind's hands by the name that a runbook's `uses` gives. One line per kind, by name. */
export const stepHandlers = {
  'agents.freeze': agentsFreeze,
  'agents.thaw': agentsThaw,
  'alert.clear': alertClear,
  'alert.raise': alertRaise,
  'badge.update': badgeUpdate,
  'bootstrap.time': bootstrapTime,
  'cases.compare': casesCompare,
  'cases.run': casesRun,
  'chaos.disk': chaosDisk,
  'chaos.kill': chaosKill,
  'chaos.memory': chaosMemory,
  'chaos.network': chaosNetwork,
  'command.run': commandRun,
  'coverage.read': coverageRead,
  'docs.check': docsCheck,
  'env.ensure': envEnsure,
  'evidence.earlier': evidenceEarlier,
  'evidence.scan': evidenceScan,
  'evidence.write': evidenceWrite,
  'file.await': fileAwait,
  'file.copy': fileCopy,
  'file.drop': fileDrop,
  'file.restore': fileRestore,
  'file.snapshot': fileSnapshot,
  'file.write': fileWrite,
  'git.revert': gitRevert,
  'git.select': gitSelect,
  'git.state': gitState,
  'graph.check': graphCheck,
  'health.contract': healthContract,
  'http.check': httpCheck,
  'http.read': httpRead,
  'jsonl.count': jsonlCount,
  'load.run': loadRun,
  'log.rotate': logRotate,
  'log.scan': logScan,
  'manifest.check': manifestCheck,
  'metrics.read': metricsRead,
  notify,
  'observability.check': observabilityCheck,
  'pr.prepare': prPrepare,
  'process.await-respawn': processAwaitRespawn,
  'process.find': processFind,
  'process.kill': processKill,
  'prometheus.query': prometheusQuery,
  'redis.check': redisCheck,
  'security.licences': securityLicences,
  'security.sbom': securitySbom,
  'security.scan': securityScan,
  'security.secrets': securitySecrets,
  'sql.query': sqlQuery,
  'stack.down': stackDown,
  'stack.engine': stackEngine,
  'stack.logs': stackLogs,
  'stack.ps': stackPs,
  'stack.settings': stackSettings,
  'stack.up': stackUp,
  'tcp.check': tcpCheck,
  'tests.read': testsRead,
  wait,
} satisfies HandlerTable;

function call(name: string, part: 'do' | 'undo'): StepCall {
  const kind = (stepKinds as Record<string, StepKind>)[name];
  // Each handler takes what its own kind's schema gives; the table has checked that they belong together.
  const handler = (stepHandlers as unknown as Record<string, StepHandler<unknown, JsonObject>>)[name];
  if (!kind || !handler) throw new Error(`There is no step kind ${name}.`);
  return { name, part, kind, handler };
}

/** Both tables together, as a worker uses them. */
export const stepCalls: StepCalls = { names: Object.keys(stepKinds), call };
