import { takenBack } from '../../plan/begins-again.js';
import { runsBeside } from '../../plan/needs.js';
import type { RunbookPhase, RunbookStep } from '../format/runbook.js';
import { didYouMean } from '../suggest.js';
import type { Path } from '../yaml/source.js';
import { type Check, list, placed, unique } from './checks.js';

/** Reports a rollback that the runbook does not have. */
export function checkRollbackName({ source, runbook }: Check, path: Path, name: string): void {
  const known = Object.keys(runbook.rollbacks ?? {});
  if (known.includes(name)) return;
  source.at(path, `there is no rollback '${name}'`, didYouMean(name, known, 'rollbacks'));
}

/** What a rejected question runs, and where: a decision has no phase of its own that could be undone. */
function checkRejections(check: Check): void {
  const { source, runbook } = check;
  runbook.phases.forEach(({ approval }, index) => {
    list(approval).forEach(({ onReject }, at) => {
      const nth = Array.isArray(approval) ? [at] : [];
      if (onReject !== undefined) checkRollbackName(check, ['phases', index, 'approval', ...nth, 'onReject'], onReject);
    });
  });
  runbook.decisions?.forEach(({ id, approval }, index) => {
    const name = approval?.onReject;
    if (name === undefined) return;
    const path: Path = ['decisions', index, 'approval', 'onReject'];
    checkRollbackName(check, path, name);
    if (runbook.rollbacks?.[name]?.undo !== 'phase') return;
    source.at(
      path,
      `rollback '${name}' undoes the failed phase, and decision '${id}' is none`,
      'Name one that says undo: all, or none with steps and takesBack.',
    );
  });
}

/** What follows a rollback must not stand on what it takes back. */
function checkReturn({ source, runbook, kinds }: Check, phase: RunbookPhase, index: number): void {
  const { rollback: name = '', then } = phase.onFail ?? {};
  const rollback = Object.hasOwn(runbook.rollbacks ?? {}, name) ? runbook.rollbacks?.[name] : undefined;
  // Where phases run beside each other, all that was taken back is taken again, wherever it stands.
  if (!rollback || typeof then !== 'object' || runsBeside(runbook.phases)) return;
  const hasUndo = ({ undo, uses }: RunbookStep): boolean =>
    undo === undefined ? kinds[uses] !== undefined && kinds[uses].undo !== null : undo !== 'none';
  const upTo = runbook.phases.slice(0, index + 1).map(({ id, steps = [] }) => ({
    id,
    undoes: placed(steps, []).some(({ step }) => hasUndo(step)),
  }));
  const { undo = 'none', takesBack } = rollback;
  const [earliest] = takenBack({ undo, takesBack }, upTo, phase.id);
  const at = (id: string | undefined): number => upTo.findIndex((one) => one.id === id);
  if (earliest === undefined || at(earliest) >= at(then.return)) return;
  source.at(
    ['phases', index, 'onFail', 'then', 'return'],
    `it cannot begin again at '${then.return}': rollback '${name}' takes back phase '${earliest}', which comes before`,
    `Return to '${earliest}', or let ${name} take back less.`,
  );
}

/** A step of a rollback is the way back itself: an undo that it names would never run. */
function checkStepsOf({ source, runbook }: Check, name: string): void {
  const steps = runbook.rollbacks?.[name]?.steps ?? [];
  for (const { step, path } of placed(steps, ['rollbacks', name, 'steps'])) {
    if (!Array.isArray(step.undo) || step.undoOn === 'always') continue;
    source.at(
      [...path, 'undo'],
      `step '${step.id}' of rollback '${name}' is not taken back`,
      'Leave `undo` out; with undoOn: always it is released at the end.',
    );
  }
}

/** Checks what rollbacks take back, which questions run them, and that a go-live can go on after them. */
export function checkRollbacks(check: Check): void {
  const { source, runbook } = check;
  const phases = runbook.phases.map(({ id }) => id);
  for (const [name, { takesBack = [] }] of Object.entries(runbook.rollbacks ?? {})) {
    const paths = takesBack.map((id, index) => ({ id, path: ['rollbacks', name, 'takesBack', index] }));
    unique(source, paths, 'phase');
    checkStepsOf(check, name);
    for (const { id, path } of paths)
      if (!phases.includes(id)) source.at(path, `there is no phase '${id}'`, didYouMean(id, phases, 'phases'));
  }
  checkRejections(check);
  runbook.phases.forEach((phase, index) => checkReturn(check, phase, index));
}
