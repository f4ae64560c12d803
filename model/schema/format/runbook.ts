import { z } from 'zod';
import type { Json } from '../../json.js';
import { EFFECTS, NOTICE_EVENTS, OWN_UNDO } from '../../plan/plan.js';
import { allow } from './allow.js';
import { environment } from './environment.js';
import { evidenceFields } from './evidence-fields.js';
import { inputSchema } from './inputs.js';
import { playbook } from './playbook-fields.js';
import { rehearsal } from './rehearsal-fields.js';
import { window } from './window-fields.js';
import { roleList, scheduleSchema, waivers } from './runbook-rights.js';
import { cel, condition, id, inputName, rollbackId, sentence, span, title } from './runbook-fields.js';

const json: z.ZodType<Json> = z.json();
const values = z.record(z.string().min(1).max(200), json).describe('Input of the kind; strings may hold ${{ CEL }}.');

const retry = z.strictObject({ attempts: z.int().min(1).max(100).optional(), backoff: span.optional() });
const until = z.strictObject({
  every: span,
  within: span,
  consecutive: z.int().min(1).max(1000).optional(),
  condition: cel.optional().describe('CEL over `it`, the outputs of the step.'),
});
const probe = z
  .strictObject({
    uses: z
      .string()
      .min(1)
      .max(60)
      .describe('A kind that only looks: one of effect none, or one whose steps state theirs.'),
    with: values.optional(),
    done: cel.describe('CEL over `it`, the outputs of the look: the deed was done.'),
    notDone: cel.describe('CEL over `it`: the deed was not done, so it may be done now.'),
  })
  .describe('Tells after a crash whether a step of effect once was done; without it a person is asked.');
const undoCall = z.strictObject({ uses: z.string().max(60), with: values.optional(), title: title.optional() });

const stepSchema = z.strictObject({
  id,
  title: title.optional(),
  uses: z.string().min(1).max(60).describe('The kind of the step: `golive explain list`.'),
  with: values.optional(),
  when: condition.optional().describe('CEL; the step is skipped when it is false.'),
  effect: z.enum(EFFECTS).optional().describe('What doing it twice would mean.'),
  timeout: span.optional(),
  retry: retry.optional(),
  until: until.optional(),
  window: window.optional(),
  probe: probe.optional(),
  undo: z
    .union([
      z.literal('none'),
      z
        .array(z.union([z.literal(OWN_UNDO), undoCall]))
        .min(1)
        .max(20),
    ])
    .optional(),
  undoOn: z.enum(['failure', 'always']).optional(),
  guards: z.array(id).max(20).optional(),
  onFail: z.enum(['stop', 'ask', 'continue']).optional(),
  maySkip: z.boolean().optional(),
});
const nodeSchema = z.union([stepSchema, z.strictObject({ parallel: z.array(stepSchema).min(1).max(50) })]);

const need = z.strictObject({
  role: roleList.describe('A role, or a list: one of them is enough.'),
  count: z.int().min(1).max(20).optional(),
});
const reasonPart = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'a name of small letters, digits and -');
const approvalFields = {
  role: id.optional(),
  count: z.int().min(1).max(20).optional(),
  needs: z.array(need).min(1).max(10).optional(),
  question: sentence.optional(),
  expires: span.optional(),
  distinct: z.boolean().optional(),
  starterMay: z.boolean().optional(),
  needsReason: z
    .union([z.boolean(), z.array(reasonPart).min(1).max(10)])
    .optional()
    .describe('An approval needs a reason, too, e.g. a root cause; a list: parts that it must give, as `fix=…; by=…`.'),
  onReject: rollbackId.optional().describe('The rollback that runs when it is rejected, or its time runs out.'),
};
const phaseApproval = z.strictObject({
  when: z.enum(['before', 'after']).optional(),
  ...approvalFields,
  fromAttempt: z.int().min(2).max(100).optional().describe('The first attempt of the phase that is asked.'),
  auto: cel.optional().describe('CEL; when it holds, the phase is approved by policy and nobody is asked.'),
});
const decisionApproval = z.strictObject(approvalFields);

const scalar = z.union([z.number(), z.string().max(500), z.boolean()]);
const limit = z.number().describe('A number; what is computed stands in `value`, e.g. `a - b`, or in `baseline`.');
const gateSchema = z.strictObject({
  id,
  title: title.optional(),
  value: cel.describe('CEL of what is judged.'),
  atLeast: limit.optional(),
  above: limit.optional(),
  atMost: limit.optional(),
  below: limit.optional(),
  equals: scalar.optional(),
  within: z.tuple([z.number(), z.number()]).optional(),
  baseline: z.strictObject({ of: cel, noWorseThan: z.number().min(0) }).optional(),
  n: cel.optional().describe('CEL of the sample size.'),
  successes: cel.optional().describe('CEL of the successes among n.'),
  minN: z.int().min(1).optional().describe('Fewer samples are inconclusive.'),
  looks: z
    .enum(['once', 'many'])
    .optional()
    .describe('`many`: its Wilson bounds become those that hold however often one looks.'),
  hard: z.boolean().optional().describe('false: a failure only warns.'),
  floor: z.boolean().optional().describe('true: cannot be waived.'),
  waivableBy: roleList.optional().describe('Of `waivers.by`, the roles that may waive this gate.'),
  unit: z.enum(['percent', 'ms', 'count']).optional(),
});
const gateNode = z.union([
  gateSchema,
  z.strictObject({ each: z.array(id).min(1).max(100), gates: z.array(gateSchema).min(1).max(200) }),
]);

const phaseSchema = z.strictObject({
  id,
  title: title.optional(),
  owner: z.union([id, z.array(id).min(1).max(10)]).optional(),
  planned: span.optional(),
  needs: z.array(id).max(199).optional().describe('Phases that it waits for; without it, the one before it.'),
  when: condition.optional(),
  human: z.boolean().optional(),
  mayOmit: z
    .strictObject({ by: roleList })
    .optional()
    .describe('Who may declare the phase not required, before it begins.'),
  approval: z.union([phaseApproval, z.array(phaseApproval).min(1).max(10)]).optional(),
  checklist: z
    .array(z.strictObject({ id, text: sentence, role: id }))
    .max(100)
    .optional(),
  steps: z.array(nodeSchema).max(2000).optional(),
  gates: z.array(gateNode).max(500).optional(),
  onFail: z
    .strictObject({
      attempts: z.int().min(1).max(20).optional(),
      rollback: rollbackId.optional(),
      then: z.union([z.enum(['stop', 'ask', 'continue']), z.strictObject({ return: id })]).optional(),
      ask: z.strictObject({ role: id, expires: span.optional() }).optional(),
    })
    .optional(),
});

export const runbookSchema = z.strictObject({
  schema: z.literal(1),
  id,
  title,
  about: z.string().max(4000).optional(),
  roles: z.record(id, title),
  inputs: z.record(inputName, inputSchema).optional(),
  target: z.strictObject({ variables: z.record(inputName, json) }).optional(),
  guardrails: z
    .array(z.strictObject({ id, title: sentence, live: cel }))
    .max(100)
    .optional(),
  defaults: z
    .strictObject({
      timeout: span.optional(),
      retry: retry.optional(),
      env: environment
        .optional()
        .describe('Variables of every command that the runbook gives; those of a step win. A secret by reference.'),
    })
    .optional(),
  allow: allow.optional(),
  guards: z.record(id, z.strictObject({ title: title.optional(), trips: cel })).optional(),
  phases: z.array(phaseSchema).min(1).max(200),
  decisions: z
    .array(
      z.strictObject({
        id,
        title: title.optional(),
        requires: z.array(id).min(1).max(200),
        approval: decisionApproval.optional(),
      }),
    )
    .max(50)
    .optional(),
  rollbacks: z
    .record(
      rollbackId,
      z.strictObject({
        title: title.optional(),
        undo: z.enum(['none', 'phase', 'all']).optional(),
        takesBack: z
          .array(id)
          .min(1)
          .max(200)
          .optional()
          .describe('Phases that its own steps take back, besides those whose undos run.'),
        steps: z.array(nodeSchema).max(500).optional(),
      }),
    )
    .optional(),
  waivers: waivers.optional(),
  onNoGo: z.enum(['undo', 'keep']).optional(),
  evidence: evidenceFields.optional(),
  notices: z
    .array(z.strictObject({ on: z.array(z.enum(NOTICE_EVENTS)).min(1), with: values }))
    .max(20)
    .optional(),
  schedules: z.array(scheduleSchema).max(50).optional().describe('Runs without people: `golive schedule apply`.'),
  playbook: playbook.optional().describe('Symptoms and what is done about them: `golive playbook`.'),
  rehearsal: rehearsal.optional(),
});

export type Runbook = z.infer<typeof runbookSchema>;
export type RunbookPhase = Runbook['phases'][number];
export type RunbookStep = z.infer<typeof stepSchema>;
export type RunbookNode = z.infer<typeof nodeSchema>;
export type RunbookSchedule = z.infer<typeof scheduleSchema>;
export type RunbookGate = z.infer<typeof gateSchema>;
export type RunbookGateNode = z.infer<typeof gateNode>;
export type RunbookApproval = z.infer<typeof phaseApproval>;

export const GATE_OPS = ['atLeast', 'above', 'atMost', 'below', 'equals', 'within', 'baseline'] as const;

export function isParallel(node: RunbookNode): node is { parallel: RunbookStep[] } {
  return 'parallel' in node;
}
export function isEach(node: RunbookGateNode): node is Extract<RunbookGateNode, { each: string[] }> {
  return 'each' in node;
}
