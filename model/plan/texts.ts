import { evaluate, ExpressionError, type ExpressionContext, templateParts } from '../expression/expression.js';
import type { Json } from '../json.js';
import { type ApprovalPlan, OWN_UNDO, type Plan, type StepNode, type StepPlan } from './plan.js';

/** What stands in the place of an expression that gives nothing. */
type Otherwise = (expression: string, error: ExpressionError) => string;

/**
 * Puts values in the place of every `${{ … }}` of a text that people read. It always gives a text: nothing may hang on it.
 *
 * @param otherwise what to show of an expression that gives nothing
 */
export function fillText(text: string, context: ExpressionContext, otherwise: Otherwise): string {
  if (!text.includes('${{')) return text;
  return templateParts(text)
    .map((part) => ('text' in part ? part.text : shown(part.expression, context, otherwise)))
    .join('');
}

function shown(expression: string, context: ExpressionContext, otherwise: Otherwise): string {
  try {
    return inWords(evaluate(expression, context));
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return otherwise(expression, error);
  }
}

const inWords = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The question of an approval as it is asked: what its expressions give at this moment, or that it is not known. */
export function questionOf({ question, late }: ApprovalPlan, context: ExpressionContext): string {
  return late ? fillText(question, context, (expression) => `(unknown: ${expression})`) : question;
}

/**
 * Fills in every title, question and text of a plan that holds expressions over inputs and target.
 *
 * @param tell told of each expression that gives nothing; it stays as it was written
 */
export function withTexts(plan: Plan, context: ExpressionContext, tell: (error: ExpressionError) => void): Plan {
  const fill = (text: string): string =>
    fillText(text, context, (expression, error) => {
      tell(error);
      return `\${{ ${expression} }}`;
    });
  const titled = <T extends { title: string }>(one: T): T => ({ ...one, title: fill(one.title) });
  const asked = (rule: ApprovalPlan): ApprovalPlan => (rule.late ? rule : { ...rule, question: fill(rule.question) });
  const step = (one: StepPlan): StepPlan => ({
    ...titled(one),
    guards: one.guards.map(titled),
    ...(one.undo ? { undo: one.undo.map((call) => (call === OWN_UNDO ? call : titled(call))) } : {}),
  });
  const nodes = (list: readonly StepNode[]): StepNode[] =>
    list.map((node) => ('parallel' in node ? { parallel: node.parallel.map(step) } : step(node)));
  return {
    ...plan,
    runbook: titled(plan.runbook),
    phases: plan.phases.map((phase) => ({
      ...titled(phase),
      approvals: phase.approvals.map(asked),
      checklist: phase.checklist.map((item) => ({ ...item, text: fill(item.text) })),
      steps: nodes(phase.steps),
      gates: phase.gates.map(titled),
    })),
    decisions: plan.decisions.map(({ approval, ...one }) => ({
      ...titled(one),
      ...(approval ? { approval: asked(approval) } : {}),
    })),
    rollbacks: Object.fromEntries(
      Object.entries(plan.rollbacks).map(([id, one]) => [id, { ...titled(one), steps: nodes(one.steps) }]),
    ),
  };
}
