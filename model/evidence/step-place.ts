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
