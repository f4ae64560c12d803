/** Files of `model/`, `workflows/` and `kinds/` that hold types and nothing that runs. */
export const TYPES_ONLY: readonly string[] = [
  'kinds/shared/recompute-of.ts',
  'kinds/stack/contract.ts',
  'model/evidence/shown.ts',
  'model/plan/taking-back.ts',
  'model/state/state.ts',
  'workflows/inputs.ts',
];

/** Why a file has no test at its own path. */
type Why =
  /** A table or texts: what it says is compared with what uses it. */
  | 'table'
  /** A part of something larger, and tested as that. */
  | 'part'
  /** It runs inside of a Temporal workflow only. */
  | 'in a workflow';

interface Elsewhere {
  why: Why;
  /** The test that covers it. */
  by: string;
}

const part = (by: string): Elsewhere => ({ why: 'part', by: `test/${by}.test.ts` });
const table = (by: string): Elsewhere => ({ why: 'table', by: `test/${by}.test.ts` });
const inWorkflow = (by: string): Elsewhere => ({ why: 'in a workflow', by: `test/${by}.test.ts` });

/** Files that another test covers. */
export const WITHOUT_TEST: Readonly<Record<string, Elsewhere>> = {
  'kinds/agents/schedules.ts': part('kinds/agents/agents.freeze'),
  'kinds/cases/batch-begun.ts': part('kinds/cases/run-batch'),
  'kinds/cases/batch-fields.ts': table('kinds/cases/run-batch'),
  'kinds/cases/growing-file.ts': part('kinds/cases/run-batch'),
  'kinds/cases/leaves.ts': part('kinds/cases/cases.run'),
  'kinds/cases/manifest.ts': part('kinds/cases/manifest.check'),
  'kinds/cases/metrics.ts': part('kinds/cases/cases.run'),
  'kinds/cases/progress.ts': part('kinds/cases/run-batch'),
  'kinds/cases/results.ts': part('kinds/cases/cases.compare'),
  'kinds/cases/verdict-class.ts': table('kinds/cases/manifest.check'),
  'kinds/file/file-mode.ts': table('kinds/catalog'),
  'kinds/file/put-file.ts': part('kinds/file/file.write'),
  'kinds/git/git.ts': part('kinds/git/git.revert'),
  'kinds/git/ours.ts': part('kinds/git/pr.prepare'),
  'kinds/git/repository.ts': part('kinds/git/git.revert'),
  'kinds/hands.ts': table('kinds/catalog'),
  'kinds/log/log-source.ts': part('kinds/log/log.scan'),
  'kinds/notice/alert-fields.ts': table('kinds/notice/alert.raise'),
  'kinds/notice/letter-text.ts': part('kinds/notice/notify'),
  'kinds/notice/notice.ts': part('kinds/notice/notify'),
  'kinds/notice/send.ts': part('kinds/notice/notify'),
  'kinds/process/process-fields.ts': table('kinds/process/process.find'),
  'kinds/process/pid-file.ts': part('kinds/log/log.rotate'),
  'kinds/process/processes.ts': part('kinds/process/process.find'),
  'kinds/process/running.ts': part('kinds/process/process.find'),
  'kinds/recompute.ts': table('kinds/cases/cases.run'),
  'kinds/record/formats.ts': table('kinds/record/metrics.read'),
  'kinds/record/figure.ts': part('kinds/record/metrics.read'),
  'kinds/record/rows.ts': part('kinds/record/metrics.read'),
  'kinds/record/xml.ts': part('kinds/record/junit'),
  'kinds/service/answer.ts': part('kinds/service/http.check'),
  'kinds/service/json-path.ts': part('kinds/service/http.check'),
  'kinds/service/redis-address.ts': part('kinds/service/redis-session'),
  'kinds/service/tls-fields.ts': table('kinds/service/tls'),
  'kinds/shared/command-env.ts': part('kinds/command/command.run'),
  'kinds/shared/as-step.ts': part('kinds/shared/reading'),
  'kinds/shared/fields.ts': table('kinds/catalog'),
  'kinds/shared/given.ts': part('kinds/file/file.drop'),
  'kinds/shared/meets-file.ts': table('docs/kinds'),
  'kinds/shared/locked.ts': part('kinds/shared/locked-file'),
  'kinds/shared/tree.ts': part('kinds/file/file.snapshot'),
  'kinds/shared/where.ts': table('kinds/record/jsonl.count'),
  'kinds/stack/compose-files.ts': part('kinds/stack/compose'),
  'kinds/stack/compose-look.ts': part('kinds/stack/compose'),
  'kinds/stack/compose-names.ts': table('kinds/stack/compose'),
  'kinds/stack/driver.ts': part('kinds/stack/native'),
  'kinds/stack/native-records.ts': part('kinds/stack/native'),
  'kinds/stack/native-service.ts': part('kinds/stack/native'),
  'kinds/stack/settings.ts': part('kinds/stack/stack.settings'),
  'kinds/stack/stack-fields.ts': table('kinds/stack/stack.up'),
  'model/people/field.ts': part('model/people/parse-message'),
  'model/evidence/first.ts': table('e2e/rollback-later'),
  'model/people/refusals.ts': table('workflows/go-live'),
  'model/plan/plan.ts': part('model/schema/plan/planner'),
  'model/schema/check/checks.ts': part('model/schema/check/semantics'),
  'model/schema/check/window-outputs.ts': table('model/schema/check/step-check'),
  'model/schema/format/kind.ts': part('kinds/catalog'),
  'model/schema/format/runbook-fields.ts': table('model/schema/load'),
  'model/schema/format/runbook-rights.ts': table('model/schema/load'),
  'model/schema/format/runbook.ts': table('model/schema/load'),
  'model/schema/format/scope.ts': part('model/schema/check/step-check'),
  'model/schema/plan/plan-gates.ts': part('model/schema/plan/planner'),
  'model/schema/plan/plan-reach.ts': part('model/schema/plan/planner'),
  'model/schema/yaml/issues.ts': part('model/schema/load'),
  'model/schema/yaml/source.ts': part('model/schema/load'),
  'model/schema/yaml/stand-ins.ts': part('model/schema/yaml/mend'),
  'model/text/pattern-atoms.ts': part('model/text/pattern'),
  'model/text/pattern-syntax.ts': part('model/text/pattern'),
  'model/state/contract.ts': table('replay/histories'),
  'workflows/take-back.ts': inWorkflow('e2e/rollback-later'),
  'workflows/activities.ts': inWorkflow('workflows/go-live'),
  'workflows/after-failure.ts': part('simulated/way-back'),
  'workflows/child.ts': inWorkflow('workflows/go-live'),
  'workflows/close.ts': inWorkflow('workflows/go-live'),
  'workflows/index.ts': table('docs/facts'),
  'workflows/monitor-window.ts': inWorkflow('workflows/window'),
  'workflows/outlive.ts': inWorkflow('crash/crash'),
  'workflows/people/asking.ts': inWorkflow('approvals/rights'),
  'workflows/people/ask.ts': inWorkflow('workflows/go-live'),
  'workflows/people/desk.ts': inWorkflow('workflows/messages'),
  'workflows/people/handlers.ts': inWorkflow('workflows/go-live'),
  'workflows/people/vouch.ts': inWorkflow('approvals/forgeries'),
  'workflows/phase-record.ts': inWorkflow('workflows/go-live'),
  'workflows/phase.ts': inWorkflow('workflows/go-live'),
  'workflows/rollback.ts': inWorkflow('workflows/go-live'),
  'workflows/scheduled.ts': inWorkflow('e2e/schedules'),
  'workflows/session.ts': inWorkflow('workflows/messages'),
  'workflows/sentence.ts': inWorkflow('workflows/go-live'),
  'workflows/settle-step.ts': inWorkflow('workflows/go-live'),
  'workflows/step.ts': inWorkflow('workflows/go-live'),
  'workflows/stray.ts': part('simulated/way-back'),
  'workflows/take-phase.ts': inWorkflow('workflows/go-live'),
  'workflows/undo.ts': inWorkflow('workflows/go-live'),
};
