import { SAMPLES_FILE, SUMMARY_FILE } from '../../judge/window.js';
import { readAddress, readEvidenceAddress } from '../../plan/address.js';
import { isEach, type RunbookStep } from '../format/runbook.js';
import { didYouMean } from '../suggest.js';
import type { Path } from '../yaml/source.js';
import { type Check, list, placed } from './checks.js';
import { windowOutputs } from './window-outputs.js';

/** Names of evidence that a step leaves; `<name>` is the one that it is given. */
function leavesOf({ window, with: given }: RunbookStep, own: readonly string[] = []): readonly string[] {
  if (window) return [SAMPLES_FILE, SUMMARY_FILE];
  return own.map((name) => (name === '<name>' && typeof given?.name === 'string' ? given.name : name));
}

/** What is named of steps for the bundle is there: files that they leave, outputs that they give. */
export function checkEvidence(check: Check): void {
  const { source, runbook, kinds } = check;
  runbook.evidence?.include?.forEach((include, index) => {
    list(include.from).forEach((from, at) => {
      const path: Path = ['evidence', 'include', index, 'from', ...(Array.isArray(include.from) ? [at] : [])];
      const step = stepAt(check, path, from);
      if (!step || !kinds[step.uses]) return;
      const { name } = readEvidenceAddress(from);
      const leaves = leavesOf(step, kinds[step.uses]?.leaves);
      if (!leaves.includes(name))
        source.at(
          path,
          `step '${step.id}' (${step.uses}) leaves no evidence '${name}'`,
          didYouMean(name, leaves, 'evidence'),
        );
    });
  });
  runbook.evidence?.boxes?.forEach(({ by }, index) => checkBox(check, ['evidence', 'boxes', index, 'by'], by));
  runbook.evidence?.states?.forEach((state, index) => {
    for (const moment of ['before', 'after'] as const)
      checkOutput(check, ['evidence', 'states', index, moment], state[moment]);
  });
}

/** What answers a box is a gate, a step or a checklist item. */
function checkBox({ source, runbook }: Check, path: Path, by: string): void {
  const { phase: phaseId, part = '' } = readAddress(by);
  const phase = runbook.phases.find(({ id }) => id === phaseId);
  const steps = placed(phase?.steps ?? [], []).map(({ step }) => step.id);
  const items = (phase?.checklist ?? []).map(({ id }) => id);
  const gates = (phase?.gates ?? []).flatMap((node) =>
    isEach(node) ? node.each.flatMap((step) => node.gates.map(({ id }) => `${step}.${id}`)) : [node.id],
  );
  const known = [...gates, ...steps, ...items];
  if (!known.includes(part))
    source.at(path, `there is no gate, step or item '${by}'`, didYouMean(part, known, 'gates, steps and items'));
}

function checkOutput(check: Check, path: Path, from: string): void {
  const step = stepAt(check, path, from);
  const kind = step && check.kinds[step.uses];
  if (!step || !kind) return;
  const outputs = Object.keys((step.window ? windowOutputs(step.window).outputs : kind.outputs).shape);
  const [name = ''] = readEvidenceAddress(from).name.split('.');
  if (!outputs.includes(name))
    check.source.at(path, `step '${step.id}' (${step.uses}) gives no '${name}'`, didYouMean(name, outputs, 'outputs'));
}

/** The step that `<phase>.<step>.<name>` names; reports it when there is none. */
function stepAt({ source, runbook }: Check, path: Path, from: string): RunbookStep | undefined {
  const { phase: phaseId, step: stepId } = readEvidenceAddress(from);
  const phase = runbook.phases.find((candidate) => candidate.id === phaseId);
  if (!phase) {
    const ids = runbook.phases.map(({ id }) => id);
    source.at(path, `there is no phase '${phaseId}'`, didYouMean(phaseId, ids, 'phases'));
    return undefined;
  }
  const steps = placed(phase.steps ?? [], []).map(({ step }) => step);
  const step = steps.find((candidate) => candidate.id === stepId);
  if (!step) {
    const ids = steps.map(({ id }) => id);
    source.at(path, `phase '${phaseId}' has no step '${stepId}'`, didYouMean(stepId, ids, 'steps'));
  }
  return step;
}
