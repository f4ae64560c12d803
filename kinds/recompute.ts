import { type Json, type JsonObject, parseJson } from '../model/json.js';
import type { StepKind } from '../model/schema/format/kind.js';
import { recomputeBootstrapTime } from './quality/bootstrap.time.recompute.js';
import { recomputeCasesCompare } from './cases/cases.compare.recompute.js';
import { recomputeCasesRun } from './cases/cases.run.recompute.js';
import {
  recomputeChaosDisk,
  recomputeChaosKill,
  recomputeChaosMemory,
  recomputeChaosNetwork,
} from './chaos/recompute-chaos.js';
import { type KindName, stepKinds } from './catalog.js';
import { recomputeCoverageRead } from './quality/coverage.read.recompute.js';
import { recomputeDocsCheck } from './quality/docs.check.recompute.js';
import { recomputeEvidenceEarlier } from './record/evidence.earlier.recompute.js';
import { recomputeGraphCheck } from './quality/graph.check.recompute.js';
import { recomputeLoadRun } from './load/load.run.recompute.js';
import { recomputeMetricsRead } from './record/metrics.read.recompute.js';
import { recomputeObservabilityCheck } from './quality/observability.check.recompute.js';
import { recomputePrometheusQuery } from './prometheus/prometheus.query.recompute.js';
import { recomputeHttpRead } from './service/http.read.recompute.js';
import { recomputeSecurityLicences } from './security/security.licences.recompute.js';
import { recomputeSecuritySbom } from './security/security.sbom.recompute.js';
import { recomputeSecurityScan } from './security/security.scan.recompute.js';
import { recomputeSecuritySecrets } from './security/security.secrets.recompute.js';
import { recomputeSqlQuery } from './sql/sql.query.recompute.js';
import { recomputeTestsRead } from './quality/tests.read.recompute.js';
import type { ReadRaw, RecomputeOf } from './shared/recompute-of.js';

/** The kinds whose evidence holds all of their outputs. An auditor loads these, and no hands. */
const recomputes = {
  'bootstrap.time': recomputeBootstrapTime,
  'cases.compare': recomputeCasesCompare,
  'cases.run': recomputeCasesRun,
  'chaos.disk': recomputeChaosDisk,
  'chaos.kill': recomputeChaosKill,
  'chaos.memory': recomputeChaosMemory,
  'chaos.network': recomputeChaosNetwork,
  'coverage.read': recomputeCoverageRead,
  'docs.check': recomputeDocsCheck,
  'evidence.earlier': recomputeEvidenceEarlier,
  'graph.check': recomputeGraphCheck,
  'http.read': recomputeHttpRead,
  'load.run': recomputeLoadRun,
  'metrics.read': recomputeMetricsRead,
  'observability.check': recomputeObservabilityCheck,
  'prometheus.query': recomputePrometheusQuery,
  'security.licences': recomputeSecurityLicences,
  'security.sbom': recomputeSecuritySbom,
  'security.scan': recomputeSecurityScan,
  'security.secrets': recomputeSecuritySecrets,
  'sql.query': recomputeSqlQuery,
  'tests.read': recomputeTestsRead,
} satisfies { [K in KindName]?: RecomputeOf<(typeof stepKinds)[K]> };

/**
 * The outputs of a step once more, from its raw evidence; undefined for kinds whose evidence does not hold all of it.
 *
 * @param input the step's `with`, expressions resolved
 * @param read content of an evidence file of the step by its name
 * @param logged what the step gave, which shows by what version
 * @throws Error when there is no such kind, or the input or the evidence cannot be read
 */
export async function recomputeOutputs(
  name: string,
  input: JsonObject,
  read: ReadRaw,
  logged?: JsonObject,
): Promise<Json | undefined> {
  const kind = (stepKinds as Record<string, StepKind>)[name];
  if (!kind) throw new Error(`There is no step kind ${name}.`);
  // Each function takes what its own kind's schema gives; the table has checked that they belong together.
  const recompute = (recomputes as Record<string, RecomputeOf<StepKind> | undefined>)[name];
  const outputs = await recompute?.(kind.input.parse(input), read, logged);
  // Through the kind's schema and JSON, as the outputs went when they were logged.
  return outputs === undefined ? undefined : parseJson(JSON.stringify(kind.outputs.parse(outputs)));
}
