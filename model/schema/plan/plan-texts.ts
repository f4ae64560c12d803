import { type ExpressionContext, ExpressionError, resolve, templateParts } from '../../expression/expression.js';
import type { ApprovalPlan, Plan } from '../../plan/plan.js';
import { withTexts } from '../../plan/texts.js';
import type { Runbook } from '../format/runbook.js';
import { pathsIn } from '../expression/expression-paths.js';
import type { PlanProblem } from './plan-inputs.js';

/** A question, and whether it is filled in only when it is asked: it reads more than inputs and target. */
export function questionFields(question: string): Pick<ApprovalPlan, 'question' | 'late'> {
  if (!question.includes('${{')) return { question };
  const expressions = templateParts(question).flatMap((part) => ('expression' in part ? part.expression : []));
  const roots = expressions.flatMap(pathsIn).map(({ keys: [root = ''] }) => root);
  return roots.every((root) => root === 'inputs' || root === 'target') ? { question } : { question, late: true };
}

/**
 * Fills in the titles and texts of a plan.
 *
 * @param preview an input that is still to be given leaves its text as it is, in a plan that is only shown
 * @returns the plan, or what stands in its texts and gives nothing
 */
export function fillTexts(
  plan: Plan,
  context: ExpressionContext,
  preview: boolean,
): { plan: Plan } | { problems: PlanProblem[] } {
  const problems: PlanProblem[] = [];
  const filled = withTexts(plan, context, ({ expression, message, missing }) => {
    if (!(preview && missing)) problems.push({ message, hint: `It stands in a text: \${{ ${expression} }}.` });
  });
  return problems.length > 0 ? { problems } : { plan: filled };
}

/** Channels know inputs and the target; what a preview does not know yet stays as it is written. */
export function noticesOf(notices: Runbook['notices'], context: ExpressionContext, preview: boolean): Plan['notices'] {
  return (notices ?? []).map(({ on, with: channel }) => {
    try {
      return { on, with: resolve(channel, context) };
    } catch (error) {
      if (preview && error instanceof ExpressionError && error.missing) return { on, with: channel };
      throw error;
    }
  });
}
