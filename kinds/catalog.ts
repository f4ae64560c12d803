import type { ShownByKind } from '../model/evidence/shown.js';
import type { StepKind } from '../model/schema/format/kind.js';
import { agentsFreeze } from './agents/agents.freeze.kind.js';
import { agentsThaw } from './agents/agents.thaw.kind.js';
import { alertClear } from './notice/alert.clear.kind.js';
import { alertRaise } from './notice/alert.raise.kind.js';
import { badgeUpdate } from './record/badge.update.kind.js';
import { bootstrapTime } from './quality/bootstrap.time.kind.js';
import { casesCompare } from './cases/cases.compare.kind.js';
import { casesRun } from './cases/cases.run.kind.js';
import { chaosDisk } from './chaos/chaos.disk.kind.js';
import { chaosKill } from './chaos/chaos.kill.kind.js';
import { chaosMemory } from './chaos/chaos.memory.kind.js';
import { chaosNetwork } from './chaos/chaos.network.kind.js';
import { commandRun } from './command/command.run.kind.js';
import { coverageRead } from './quality/coverage.read.kind.js';
import { docsCheck } from './quality/docs.check.kind.js';
import { envEnsure } from './file/env.ensure.kind.js';
import { evidenceEarlier } from './record/evidence.earlier.kind.js';
import { evidenceScan } from './record/evidence.scan.kind.js';
import { evidenceWrite } from './record/evidence.write.kind.js';
import { fileAwait } from './file/file.await.kind.js';
import { fileCopy } from './file/file.copy.kind.js';
import { fileDrop } from './file/file.drop.kind.js';
import { fileRestore } from './file/file.restore.kind.js';
import { fileSnapshot } from './file/file.snapshot.kind.js';
import { fileWrite } from './file/file.write.kind.js';
import { gitRevert } from './git/git.revert.kind.js';
import { gitSelect } from './git/git.select.kind.js';
import { gitState } from './git/git.state.kind.js';
import { graphCheck } from './quality/graph.check.kind.js';
import { healthContract } from './service/health.contract.kind.js';
import { httpCheck } from './service/http.check.kind.js';
import { httpRead } from './service/http.read.kind.js';
import { jsonlCount } from './record/jsonl.count.kind.js';
import { loadRun } from './load/load.run.kind.js';
import { logRotate } from './log/log.rotate.kind.js';
import { logScan } from './log/log.scan.kind.js';
import { manifestCheck } from './cases/manifest.check.kind.js';
import { metricsRead } from './record/metrics.read.kind.js';
import { notify } from './notice/notify.kind.js';
import { observabilityCheck } from './quality/observability.check.kind.js';
import { prPrepare } from './git/pr.prepare.kind.js';
import { processAwaitRespawn } from './process/process.await-respawn.kind.js';
import { processFind } from './process/process.find.kind.js';
import { processKill } from './process/process.kill.kind.js';
import { prometheusQuery } from './prometheus/prometheus.query.kind.js';
import { redisCheck } from './service/redis.check.kind.js';
import { securityLicences } from './security/security.licences.kind.js';
import { securitySbom } from './security/security.sbom.kind.js';
import { securityScan } from './security/security.scan.kind.js';
import { securitySecrets } from './security/security.secrets.kind.js';
import { sqlQuery } from './sql/sql.query.kind.js';
import { stackDown } from './stack/stack.down.kind.js';
import { stackEngine } from './stack/stack.engine.kind.js';
import { stackLogs } from './stack/stack.logs.kind.js';
import { stackPs } from './stack/stack.ps.kind.js';
import { stackSettings } from './stack/stack.settings.kind.js';
import { stackUp } from './stack/stack.up.kind.js';
import { tcpCheck } from './service/tcp.check.kind.js';
import { testsRead } from './quality/tests.read.kind.js';
import { wait } from './wait/wait.kind.js';

/** Every step kind by the name that a runbook's `uses` gives. One line per kind, by name. */
export const stepKinds = {
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
} satisfies Record<string, StepKind>;

export type KindName = keyof typeof stepKinds;

/** What the kinds add to the report. */
export const kindShows: ShownByKind = Object.fromEntries(
  Object.entries<StepKind>(stepKinds).map(([name, { shows = [] }]) => [name, shows]),
);
