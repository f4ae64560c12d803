import { COUNTED } from '../../evidence/earlier.js';
import { SAMPLES_FILE, SUMMARY_FILE } from '../../judge/window.js';
import { asId, gateOfStep, readAddress, readEvidenceAddress } from '../../plan/address.js';
import type { StepKind } from '../format/kind.js';
import { isEach, type RunbookGate, type RunbookPhase, type RunbookStep } from '../format/runbook.js';
import { didYouMean } from '../suggest.js';
import type { Path } from '../yaml/source.js';
import { type Check, list, placed } from './checks.js';
import { windowOutputs } from './window-outputs.js';

/** Names of evidence that a step leaves; `<name>` is the one that it is given. */
export function leavesOf({ window, with: given }: RunbookStep, own: readonly string[] = []): readonly string[] {
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
  checkCertificate(check);
}

/** What answers a box is a gate, a step or a checklist item. */
function checkBox({ source, runbook }: Check, path: Path, by: string): void {
  const { phase: phaseId, part = '' } = readAddress(by);
  const phase = runbook.phases.find(({ id }) => id === phaseId);
  const steps = placed(phase?.steps ?? [], []).map(({ step }) => step.id);
  const items = (phase?.checklist ?? []).map(({ id }) => id);
  const gates = phase ? gatesOf(phase).map(({ id }) => id) : [];
  const known = [...gates, ...steps, ...items];
  if (!known.includes(part))
    source.at(path, `there is no gate, step or item '${by}'`, didYouMean(part, known, 'gates, steps and items'));
}

/** The gates of a phase by the ids that they have in its results. */
export function gatesOf({ gates }: RunbookPhase): { id: string; gate: RunbookGate }[] {
  return (gates ?? []).flatMap((node) =>
    isEach(node)
      ? node.each.flatMap((step) => node.gates.map((gate) => ({ id: gateOfStep(asId(step), gate.id), gate })))
      : [{ id: node.id, gate: node }],
  );
}

/** What a certificate names is there; it is made of hard gates, since nothing falls with another one. */
function checkCertificate(check: Check): void {
  const { source, runbook } = check;
  const certificate = runbook.evidence?.certificate;
  if (!certificate) return;
  const at: Path = ['evidence', 'certificate'];
  const decisions = (runbook.decisions ?? []).map(({ id }) => id);
  certificate.levels.forEach(({ decision }, index) => {
    if (!decisions.includes(decision))
      source.at(
        [...at, 'levels', index, 'decision'],
        `there is no decision '${decision}'`,
        didYouMean(decision, decisions, 'decisions'),
      );
  });
  checkOutput(check, [...at, 'commit'], certificate.commit);
  if (certificate.branch !== undefined) checkOutput(check, [...at, 'branch'], certificate.branch);
  if (certificate.earlier !== undefined) checkEarlier(check, [...at, 'earlier'], certificate.earlier);
  const phases = runbook.phases.map(({ id }) => id);
  certificate.risks.forEach(({ of = [] }, index) =>
    of.forEach((phase, nth) => {
      if (!phases.includes(phase))
        source.at(
          [...at, 'risks', index, 'of', nth],
          `there is no phase '${phase}'`,
          didYouMean(phase, phases, 'phases'),
        );
    }),
  );
  const ids = new Set<string>();
  certificate.gates.forEach(({ id, by, ready }, index) => {
    const path: Path = [...at, 'gates', index];
    if (ids.has(id))
      source.at([...path, 'id'], `'${id}' stands twice`, 'Give each gate of the certificate its own id.');
    ids.add(id);
    by.forEach((address, nth) => checkGate(check, [...path, 'by', nth], address));
    ready.forEach((address, nth) => checkGate(check, [...path, 'ready', nth], address));
  });
}

/** The step that counts phases of earlier go-lives leaves what a certificate reads. */
function checkEarlier(check: Check, path: Path, address: string): void {
  const step = stepAt(check, path, `${address}.${COUNTED}`);
  const kind = step && check.kinds[step.uses];
  if (kind && !kind.leaves?.includes(COUNTED))
    check.source.at(path, `step '${step.id}' (${step.uses}) counts no earlier go-live`, 'Name a step whose kind does.');
}

function checkGate({ source, runbook }: Check, path: Path, address: string): void {
  const { phase: phaseId, part = '' } = readAddress(address);
  const phase = runbook.phases.find(({ id }) => id === phaseId);
  const gates = phase ? gatesOf(phase) : [];
  const found = gates.find(({ id }) => id === part);
  if (!found) {
    const known = gates.map(({ id }) => id);
    source.at(path, `there is no gate '${address}'`, didYouMean(part, known, 'gates'));
  } else if (found.gate.hard === false) {
    source.at(path, `the gate '${address}' only warns`, 'A certificate is made of gates that are hard.');
  }
}

function checkOutput(check: Check, path: Path, from: string): void {
  const step = stepAt(check, path, from);
  const kind = step && check.kinds[step.uses];
  if (!step || !kind) return;
  const outputs = outputsOf(step, kind);
  const [name = ''] = readEvidenceAddress(from).name.split('.');
  if (!outputs.includes(name))
    check.source.at(path, `step '${step.id}' (${step.uses}) gives no '${name}'`, didYouMean(name, outputs, 'outputs'));
}

/** Names of the outputs that a step gives. */
export function outputsOf({ window }: RunbookStep, kind: StepKind): string[] {
  return Object.keys((window ? windowOutputs(window).outputs : kind.outputs).shape);
}

/** The step that `<phase>.<step>.<name>` names; reports it when there is none. */
export function stepAt({ source, runbook }: Check, path: Path, from: string): RunbookStep | undefined {
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
