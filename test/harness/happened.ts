import type { Act, Deed, Happening } from '../kits/fake-world.js';
import type { PhasePlan, Plan } from '../../model/plan/plan.js';
import { phase, plan, step } from '../kits/plans.js';
import { nameOf } from '../kits/way-back.js';

/** What a call that takes `deed` back is given, in the first way back. */
export function undoOf(deed: Deed, title: string, more: Partial<Act['task']> = {}): Act['task'] {
  const { phase: phaseId, attempt: phaseAttempt, step: id, epoch } = deed;
  return {
    phase: 'rollback',
    phaseAttempt: 1,
    step: `undo-${nameOf(deed)}-${title}`.replaceAll(/[^\w.-]/g, '-'),
    title: `undo ${title}`,
    epoch: 1,
    input: {},
    timeoutMs: 120_000,
    undoes: { phase: phaseId, phaseAttempt, step: id, epoch },
    ...more,
  };
}

/** `one.a` does; `undo one.a` undoes; `one.a!` fails; `two.b#2` is of attempt 2; a leading `>` or trailing `<` only begins or ends. */
function act(text: string): Act[] {
  const [, from, undo, phaseId = '', id = '', fails, nth, to] =
    /^(>?)(undo )?([\w-]+)\.(\w+)(!?)(?:#(\d))?(<?)$/.exec(text) ?? [];
  const attempt = Number(nth ?? 1);
  const deed = { phase: phaseId, attempt, step: id, epoch: 1 };
  const task = undo
    ? undoOf(deed, id)
    : { phase: phaseId, phaseAttempt: attempt, step: id, title: id, epoch: 1, input: {}, timeoutMs: 10_000 };
  const one = { deed, activity: undo ? 'undo fake.act' : 'fake.act', task };
  const begins: Act[] = to ? [] : [{ ...one, what: 'began' }];
  return from ? begins : [...begins, { ...one, what: fails ? 'failed' : 'done' }];
}

/**
 * `no two` says that a phase failed, `GO` and `NO-GO` what was decided, `Sam stops two.b` what a person chose; all else are
 * acts.
 */
export function happened(...texts: string[]): Happening[] {
  return texts.flatMap((text): Happening[] => {
    const verdict = ({ GO: 'go', 'NO-GO': 'no-go' } as const)[text];
    if (verdict) return [{ what: 'told', event: { type: 'decision', decision: 'go', verdict, sentence: '' } }];
    const [, by = '', about = ''] = /^(\w+) stops (\S+)$/.exec(text) ?? [];
    if (by) return [{ what: 'told', event: { type: 'operator.chose', about, choice: 'stop', by, role: 'sre' } }];
    const failed = /^no (\w+)$/.exec(text)?.[1];
    return failed
      ? [{ what: 'told', event: { type: 'phase.failed', phase: failed, attempt: 1, sentence: '' } }]
      : act(text);
  });
}

/** `one` has the step `a`; `two` has `b`, and then `c` and `d` side by side. */
export const twoPhases = (onFail: Partial<PhasePlan['onFail']> = {}, more: Partial<Plan> = {}): Plan => {
  const two = phase('two', [step('b'), { parallel: [step('c'), step('d')] }]);
  return plan([phase('one', [step('a')]), { ...two, onFail: { ...two.onFail, ...onFail } }], more);
};
