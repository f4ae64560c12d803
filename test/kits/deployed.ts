import type { JsonObject } from '../../model/json.js';
import type { Plan } from '../../model/plan/plan.js';
import { gate, phase, plan, step } from './plans.js';
import { type Said, SimulatedWorld } from './simulated-world.js';

export const R1 = { id: 'R1', title: 'Old again', undo: 'all' as const, steps: [] };
export const looks = { ownUndo: false };
type Then = Plan['phases'][number]['onFail']['then'];

/** Something is deployed, and looked at: what the first look sees is no good. */
export function deployed(then: Then, attempts = 1, more: Partial<Plan> = {}): Plan {
  const onFail = { attempts, rollback: 'R1', then, ask: { role: 'sre', expiresMs: 60_000 } };
  return plan(
    [
      phase('deploy', [step('a')]),
      phase('check', [step('n', looks)], { gates: [gate('v', 'steps.n.v', 2)], onFail }),
      phase('last', [step('z', looks)]),
    ],
    { rollbacks: { R1 }, ...more },
  );
}

/** A world in which each look sees one more than the one before; people say what the table says to what is asked. */
export function lookingWorld(answers: Record<string, Said[]> = {}): SimulatedWorld {
  const made = new SimulatedWorld();
  let seen = 0;
  made.step = ({ step: id }): JsonObject => (id === 'n' ? { v: (seen += 1) } : {});
  made.say = ({ waiting }) => {
    const said = answers[waiting?.id ?? ''] ?? [];
    delete answers[waiting?.id ?? ''];
    return said;
  };
  return made;
}

export const choose = (choice: string, more: object = {}): Said => ({
  name: 'choose',
  message: { choice, role: 'sre', by: 'Sam', reason: 'so', ...more },
});
