import { OWN_UNDO } from '../../plan/plan.js';
import { isEach, type Runbook } from '../format/runbook.js';
import { list, placed } from './checks.js';
import { checkTemplate, type StepCheck } from './step-check.js';
import type { ExpressionTypes } from '../expression/expression-check.js';
import type { Path } from '../yaml/source.js';

type Text = [path: Path, text: string | undefined];

/** Titles and texts that are filled in when the plan is made, with their places. */
function textsOf({ title, phases, decisions, rollbacks, guards }: Runbook): Text[] {
  const stepTexts = (nodes: Parameters<typeof placed>[0], path: Path): Text[] =>
    placed(nodes, path).flatMap(({ step, path: at }) => {
      const undos = Array.isArray(step.undo) ? step.undo : [];
      return [
        [[...at, 'title'], step.title],
        ...undos.map(
          (call, index): Text => [[...at, 'undo', index, 'title'], call === OWN_UNDO ? undefined : call.title],
        ),
      ];
    });
  const named = (holders: Readonly<Record<string, { title?: string | undefined }>> | undefined, key: string): Text[] =>
    Object.entries(holders ?? {}).map(([id, one]) => [[key, id, 'title'], one.title]);
  return [
    [['title'], title],
    ...phases.flatMap((phase, index): Text[] => {
      const path: Path = ['phases', index];
      return [
        [[...path, 'title'], phase.title],
        ...(phase.checklist ?? []).map((item, at): Text => [[...path, 'checklist', at, 'text'], item.text]),
        ...stepTexts(phase.steps ?? [], [...path, 'steps']),
        ...(phase.gates ?? []).flatMap((node, at): Text[] =>
          isEach(node)
            ? node.gates.map((gate, inner) => [[...path, 'gates', at, 'gates', inner, 'title'], gate.title])
            : [[[...path, 'gates', at, 'title'], node.title]],
        ),
      ];
    }),
    ...(decisions ?? []).map((decision, index): Text => [['decisions', index, 'title'], decision.title]),
    ...named(rollbacks, 'rollbacks'),
    ...Object.entries(rollbacks ?? {}).flatMap(([id, { steps }]) => stepTexts(steps ?? [], ['rollbacks', id, 'steps'])),
    ...named(guards, 'guards'),
  ];
}

/** Checks the expressions of titles: they may name inputs and the target, which are known when the plan is made. */
export function checkTitles(check: StepCheck, { inputs = {}, target = {} }: ExpressionTypes): void {
  for (const [path, text] of textsOf(check.runbook)) checkText(check, path, text, { inputs, target });
}

interface Asks {
  question?: string | undefined;
  when?: 'before' | 'after' | undefined;
}

/** Checks the questions of one phase: filled in when they are asked, so that they may tell what earlier phases found. */
export function checkQuestions(check: StepCheck, path: Path, approval: Asks | readonly Asks[] | undefined): void {
  const { steps, ...before } = check.scope.types;
  list(approval).forEach(({ question, when }, index) => {
    const at = [...path, 'approval', ...(Array.isArray(approval) ? [index] : []), 'question'];
    checkText(check, at, question, when === 'after' && steps ? { ...before, steps } : before);
  });
}

function checkText(check: StepCheck, path: Path, text: string | undefined, types: ExpressionTypes): void {
  if (text?.includes('${{')) checkTemplate(check, path, text, { types, minded: true });
}
