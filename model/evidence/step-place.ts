import { readAddress } from '../plan/address.js';

/** One opening of a step: where what it leaves is kept. */
export interface StepPlace {
  /** Id of the phase, or `rollback-<id>`. */
  phase: string;
  phaseAttempt: number;
  step: string;
  /** Opened once more by a person, it has a place of its own: a second deed never mixes with the first. */
  epoch: number;
}

/** The folders, below `data/phases` of a bundle, of what a step leaves. */
export function placeOfStep({ phase, phaseAttempt, step, epoch }: StepPlace): [phase: string, step: string] {
  return [`${phase}.${phaseAttempt}`, epoch > 1 ? `${step}.${epoch}` : step];
}

/** The step that an undo takes back, as its events say it: `<phase>.<attempt>/<step>`. */
export function undoneText({ phase, phaseAttempt, step }: Omit<StepPlace, 'epoch'>): string {
  return `${phase}.${phaseAttempt}/${step}`;
}

/** Reads what `undoneText` writes. */
export function readUndone(text: string): Pick<StepPlace, 'phase' | 'step'> {
  const [attempt = '', step = ''] = text.split('/');
  return { phase: readAddress(attempt).phase, step };
}
