import { readAddress, readEvidenceAddress } from '../../plan/address.js';
import type { ExpressionTypes, TypeSpec } from '../expression/expression-check.js';
import { parseInput } from '../format/inputs.js';
import type { Playbook, PlaybookAction } from '../format/playbook-fields.js';
import type { Runbook } from '../format/runbook.js';
import { Scope } from '../format/scope.js';
import { didYouMean } from '../suggest.js';
import { type Path, type Problem, Source } from '../yaml/source.js';
import { type Check, placed, unique } from './checks.js';
import { gatesOf, leavesOf, outputsOf, stepAt } from './evidence-check.js';
import { checkTemplate } from './step-check.js';

/** What a prompt reads of the last run, besides what every expression does. */
const OF_LAST_RUN: Record<string, TypeSpec> = {
  change: { type: 'string' },
  ended: { type: 'string' },
  verdict: { type: 'string' },
  sentence: { type: 'string' },
  failed: { type: 'string' },
  excerpt: { type: 'string' },
  next: { type: 'string' },
};

/** Entries answer something that is there, show what steps leave, and lead somewhere; prompts read what a run has. */
export function checkPlaybook(check: Check, base: ExpressionTypes, phases: Record<string, TypeSpec>): void {
  const { source, runbook, kinds } = check;
  const { entries = [], prompts = {} } = runbook.playbook ?? {};
  unique(
    source,
    entries.map(({ id }, index) => ({ id, path: ['playbook', 'entries', index, 'id'] })),
    'playbook entry',
  );
  entries.forEach((entry, index) => {
    const at: Path = ['playbook', 'entries', index];
    entry.when.forEach((address, nth) => checkAnswered(check, [...at, 'when', nth], address));
    entry.shows?.forEach(({ from }, nth) => checkShown(check, [...at, 'shows', nth, 'from'], from));
    unique(
      source,
      entry.actions.map(({ id }, nth) => ({ id, path: [...at, 'actions', nth, 'id'] })),
      'playbook action',
    );
    entry.actions.forEach((action, nth) => {
      if (action.runbook === undefined) checkInputs(source, [...at, 'actions', nth, 'inputs'], action, runbook);
    });
  });
  const run = { ...base.run, properties: { ...base.run?.properties, ...OF_LAST_RUN } };
  const { steps: _, ...types } = new Scope({ ...base, run }, phases, {}).types;
  const scope = new Scope(base, phases, {});
  for (const [name, { text }] of Object.entries(prompts))
    checkTemplate({ source, runbook, kinds, scope }, ['playbook', 'prompts', name, 'text'], text, {
      types,
      minded: true,
    });
}

/** What an entry answers is a gate or a step. */
function checkAnswered({ source, runbook }: Check, path: Path, address: string): void {
  const { phase: phaseId, part = '' } = readAddress(address);
  const phase = runbook.phases.find(({ id }) => id === phaseId);
  if (!phase) {
    const ids = runbook.phases.map(({ id }) => id);
    source.at(path, `there is no phase '${phaseId}'`, didYouMean(phaseId, ids, 'phases'));
    return;
  }
  const steps = placed(phase.steps ?? [], []).map(({ step }) => step.id);
  const known = [...gatesOf(phase).map(({ id }) => id), ...steps];
  if (!known.includes(part))
    source.at(path, `there is no gate or step '${address}'`, didYouMean(part, known, 'gates and steps'));
}

function checkShown(check: Check, path: Path, from: string): void {
  const step = stepAt(check, path, from);
  const kind = step && check.kinds[step.uses];
  if (!step || !kind) return;
  const { name } = readEvidenceAddress(from);
  const files = leavesOf(step, kind.leaves);
  const outputs = outputsOf(step, kind);
  const [output = ''] = name.split('.');
  if (files.includes(name) || outputs.includes(output)) return;
  check.source.at(
    path,
    `step '${step.id}' (${step.uses}) leaves no file and gives no output '${name}'`,
    didYouMean(name, [...files, ...outputs], 'files and outputs'),
  );
}

/** The inputs of an action are those of the runbook that it starts, within their limits. */
function checkInputs(
  source: Source,
  path: Path,
  { inputs = {} }: PlaybookAction,
  { id, inputs: known = {} }: Runbook,
): void {
  for (const [name, value] of Object.entries(inputs)) {
    const spec = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!spec) {
      const hint = didYouMean(name, Object.keys(known), `inputs of ${id}`);
      source.at([...path, name], `the runbook '${id}' has no input '${name}'`, hint);
      continue;
    }
    const result = parseInput(spec, value, false);
    if (!result.ok) source.at([...path, name], `input '${name}' of '${id}' ${result.message}`, spec.about);
  }
}

/**
 * Actions that start another runbook lead to one that is there and takes their inputs. A file alone cannot say it.
 *
 * @param text of the runbook's file
 * @param open another runbook by its name; a text says why it cannot be had
 */
export function playbookLinks(
  text: string,
  file: string,
  { playbook }: { playbook?: Playbook | undefined },
  open: (name: string) => Runbook | string,
): Problem[] {
  const source = new Source(text, file);
  playbook?.entries.forEach(({ actions }, index) =>
    actions.forEach((action, nth) => {
      if (action.runbook === undefined) return;
      const at: Path = ['playbook', 'entries', index, 'actions', nth];
      const found = open(action.runbook);
      if (typeof found === 'string')
        source.at([...at, 'runbook'], `action '${action.id}' leads nowhere: ${found}`, 'Name a runbook that is there.');
      else checkInputs(source, [...at, 'inputs'], action, found);
    }),
  );
  return source.problems;
}
