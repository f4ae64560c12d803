import fc from 'fast-check';
import { asId } from '../../model/plan/address.js';
import { type ApprovalPlan, type PhasePlan, type Plan, type RollbackPlan, stepsOf } from '../../model/plan/plan.js';
import type { JsonObject } from '../../model/json.js';
import type { StepTask } from '../../model/state/contract.js';
import type { GoLiveState, PhaseState } from '../../model/state/state.js';
import { eventsOf, type LoggedEvent } from '../../model/evidence/logged-event.js';
import { mayGoOn } from '../../model/verdict.js';
import { approval, gate, phase, plan, step } from './plans.js';
import { failure, type Said } from './simulated-world.js';

/** Numbers from 0 to 99 that decide what happens; when they are used up, all goes well, and what is picked is the last. */
export class Dice {
  private at = 0;
  constructor(private readonly rolls: readonly number[]) {}

  /** Whether something of so many in a hundred happens now. */
  happens(percent: number): boolean {
    return this.next() >= 100 - percent;
  }

  pick<T>(list: readonly T[]): T | undefined {
    return this.at >= this.rolls.length ? list.at(-1) : list[this.next() % Math.max(1, list.length)];
  }

  /** From 1 to 100. */
  roll(): number {
    return this.next() + 1;
  }

  private next(): number {
    this.at += 1;
    return this.rolls[this.at - 1] ?? 0;
  }
}

const PHASES = ['p0', 'p1', 'p2', 'p3'];
const maybe = <T>(arb: fc.Arbitrary<T>, freq = 2): fc.Arbitrary<T | undefined> =>
  fc.option(arb, { nil: undefined, freq });
const rollbackIds = fc.constantFrom('R1', 'R2');

const steps = fc.array(
  fc.record({
    ownUndo: fc.boolean(),
    undoOn: fc.constantFrom('failure' as const, 'failure' as const, 'failure' as const, 'always' as const),
    onFail: fc.constantFrom('stop' as const, 'stop' as const, 'ask' as const, 'continue' as const),
  }),
  { minLength: 1, maxLength: 2 },
);

const approvals = (id: string): fc.Arbitrary<ApprovalPlan[]> =>
  fc
    .record({ when: fc.constantFrom('before' as const, 'after' as const), onReject: maybe(rollbackIds) })
    .map(({ when, onReject }) => [
      approval(when === 'after' ? `${id}.after` : id, { when, ...(onReject ? { onReject } : {}) }),
    ]);

function phaseOf(index: number): fc.Arbitrary<PhasePlan> {
  const id = PHASES[index] ?? 'p';
  const earlier = PHASES.slice(0, index + 1).map((name) => ({ return: asId<PhasePlan['id']>(name) }));
  return fc
    .record({
      steps,
      gated: fc.boolean(),
      when: maybe(fc.constantFrom('false', 'run.attempt == 1', 'phases.nowhere.steps.a.v > 0.0'), 9),
      approvals: maybe(approvals(id), 4),
      attempts: fc.integer({ min: 1, max: 3 }),
      rollback: maybe(rollbackIds),
      then: fc.constantFrom('stop' as const, 'ask' as const, 'ask' as const, 'continue' as const, ...earlier),
    })
    .map((made) =>
      phase(
        id,
        made.steps.map((one, at) => step('ab'[at] ?? 'c', one)),
        {
          gates: made.gated ? [gate('g', 'steps.a.v', 1)] : [],
          approvals: made.approvals ?? [],
          onFail: {
            attempts: made.attempts,
            then: made.then,
            ask: { role: 'sre', expiresMs: 60_000 },
            ...(made.rollback ? { rollback: made.rollback } : {}),
          },
          ...(made.when === undefined ? {} : { when: made.when }),
        },
      ),
    );
}

const rollback = (id: string): fc.Arbitrary<RollbackPlan> =>
  fc
    .record({
      undo: fc.constantFrom('none' as const, 'phase' as const, 'all' as const),
      steps: fc.boolean(),
      takesBack: fc.subarray(PHASES),
    })
    .map((made) => ({
      id,
      title: id,
      undo: made.undo,
      steps: made.steps ? [step('back', { ownUndo: false })] : [],
      ...(made.takesBack.length > 0 ? { takesBack: made.takesBack.map((one) => asId(one)) } : {}),
    }));

/** Runbooks as they may be planned: phases with gates and approvals, ways back of every kind, decisions that rest on them. */
export const plans: fc.Arbitrary<Plan> = fc
  .record({
    phases: fc.integer({ min: 1, max: 4 }).chain((n) => fc.tuple(...PHASES.slice(0, n).map((_, at) => phaseOf(at)))),
    R1: rollback('R1'),
    R2: rollback('R2'),
    decisions: fc.array(
      fc.record({
        of: fc.subarray([...PHASES, 'd0', 'd1'], { minLength: 1 }),
        asks: fc.boolean(),
        onReject: maybe(rollbackIds),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    onNoGo: fc.constantFrom('undo' as const, 'keep' as const),
    // Of every phase, which of those above it it waits for; in a third of the runbooks one follows another.
    needs: maybe(fc.tuple(...PHASES.map((_, at) => fc.subarray(PHASES.slice(0, at), { maxLength: Math.min(at, 1) })))),
  })
  .map(({ phases, R1, R2, decisions, onNoGo, needs }) => {
    for (const [at, one] of phases.entries()) if (needs) one.needs = (needs[at] ?? []).map((id) => asId(id));
    const known = phases.map(({ id }): string => id);
    return plan(phases, {
      rollbacks: { R1, R2 },
      onNoGo,
      decisions: decisions.map(({ of, asks, onReject }, at) => {
        const id = `d${at}`;
        const requires = of.filter((one) => known.includes(one));
        known.push(id);
        return {
          id,
          title: id,
          requires: requires.length > 0 ? requires : [PHASES[0] ?? ''],
          ...(asks ? { approval: approval(id, { when: 'after', ...(onReject ? { onReject } : {}) }) } : {}),
        };
      }),
    });
  });

/** The world as it is: which deeds are in it, whatever the workflows believe. */
export class World {
  /** `phase.step`, with the attempt that did it. */
  readonly deeds = new Map<string, number>();
  /** Ways back that took a deed out of it, what is released at the end aside. */
  readonly takenBy = new Set<string>();

  constructor(
    private readonly made: Plan,
    private readonly dice: Dice,
    /** Of a hundred undos, how many fail. */
    private readonly undosFail = 4,
  ) {}

  /** An activity of a step or its undo; it may fail before or after it acted. */
  act(task: StepTask): JsonObject {
    const { phase: id, step: of, undoes } = task;
    const fails = this.dice.happens(undoes ? this.undosFail : 14);
    if (!fails || this.dice.happens(50)) {
      if (undoes) this.remove(`${undoes.phase}.${undoes.step}`, id);
      else if (id.startsWith('rollback-')) this.takeBack(id.slice('rollback-'.length));
      else this.deeds.set(`${id}.${of}`, task.phaseAttempt);
    }
    if (fails) throw this.dice.happens(20) ? failure('OUTCOME_UNKNOWN') : failure('CHECK_FAILED');
    return { v: this.dice.happens(25) ? 0 : 1 };
  }

  private takeBack(id: string): void {
    const gone = this.made.rollbacks[id]?.takesBack ?? [];
    for (const deed of this.deeds.keys())
      if (gone.some((one) => deed.startsWith(`${one}.`))) this.remove(deed, `rollback-${id}`);
  }

  private remove(deed: string, way: string): void {
    if (this.deeds.delete(deed) && way !== 'rollback-release') this.takenBy.add(way);
  }
}

/** What people say to what they are asked, or unasked: answers of every kind, waivers, an abort, or nothing. */
export function wordOf(state: GoLiveState, dice: Dice, world: World): Said[] {
  const { waiting } = state;
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const waive = (of: string): Said => ({
    name: 'waive',
    message: { gate: of, role: 'cto', by: 'Ada', reason: 'known', until },
  });
  if (dice.happens(2)) return [{ name: 'abort', message: { by: 'Ada', reason: 'enough' } }];
  if (dice.happens(3)) return [waive(dice.pick(state.phases)?.id ?? 'p0')];
  if (dice.happens(3)) return [waive(`${dice.pick(state.phases)?.id ?? 'p0'}.g`)];
  if (!waiting || dice.happens(8)) return [];
  if (waiting.kind === 'approval') {
    const name = dice.happens(20) ? 'reject' : 'approve';
    return [{ name, message: { approval: waiting.id, role: 'cto', by: 'Ada', reason: 'so' } }];
  }
  const about = waiting.about?.split('.')[0] ?? '';
  if (dice.happens(25)) return [waive(`${about}.g`)];
  // Who says that it is done has looked: a step, or its undo.
  const ofUndo = !waiting.choices?.includes('retry-phase');
  const looked = world.deeds.has(waiting.about ?? '') !== ofUndo;
  const possible = (waiting.choices ?? []).filter((one) => one !== 'done' || looked);
  const choice = dice.pick(possible) ?? 'stop';
  const named = choice === 'rollback' && dice.happens(50) ? { rollback: 'R1' } : {};
  return [{ name: 'choose', message: { choice, role: 'sre', by: 'Sam', reason: 'so', ...named } }];
}

/** When somebody aborts whom nobody asked: at a moment of the whole go-live, or of its end. */
export const aborts = fc.option(fc.record({ at: fc.nat(60), closing: fc.boolean(), keep: fc.boolean() }), {
  nil: undefined,
  freq: 2,
});
export type AbortAt = typeof aborts extends fc.Arbitrary<infer T> ? T : never;

/** Says an abort when its moment is there; each look is a moment. */
export function abortAt(when: AbortAt): (state: GoLiveState) => Said[] {
  let ahead = when?.at ?? 0;
  return ({ decisions }) => {
    if (!when || ahead < 0 || (when.closing && !decisions.some(({ at }) => at !== undefined))) return [];
    ahead -= when.closing ? 3 : 1;
    const keep = when.keep ? { keep: 'yes' } : {};
    return ahead < 0 ? [{ name: 'abort', message: { by: 'Cy', reason: 'now', ...keep } }] : [];
  };
}

/** Phases that a decision rests on, those of the decisions that it requires too. */
function restsOn(made: Plan, id: string): string[] {
  const decision = made.decisions.find((one) => one.id === id);
  return decision ? decision.requires.flatMap((one) => restsOn(made, one)) : [id];
}

/** Deeds that a phase says are done and that are not in the world. What is released at the end takes nothing back. */
function missing(made: Plan, { id, steps: records }: PhaseState, deeds: ReadonlyMap<string, number>): string[] {
  const planned = stepsOf(made.phases.find((one) => one.id === id)?.steps ?? []);
  return planned
    .filter(
      ({ id: of, undoOn }) => undoOn !== 'always' && records.some((one) => one.id === of && one.status === 'done'),
    )
    .map(({ id: of }) => `${id}.${of}`)
    .filter((deed) => !deeds.has(deed));
}

/**
 * Judges what a go-live came to by the world alone.
 *
 * @returns a sentence for each decision that is GO and rests on a deed that is not there; empty when all is well
 */
export function judgeByWorld(made: Plan, state: GoLiveState, deeds: ReadonlyMap<string, number>): string[] {
  return state.decisions
    .filter(({ verdict }) => verdict !== undefined && mayGoOn(verdict))
    .flatMap(({ id, verdict }) =>
      state.phases
        .filter((one) => restsOn(made, id).includes(one.id) && one.status !== 'skipped')
        .flatMap((one) => missing(made, one, deeds))
        .map((deed) => `decision ${id} is ${verdict}, and ${deed} is not in the world`),
    );
}

/** Deeds that are in the world though all that has an undo was to be taken back. */
function left(made: Plan, deeds: ReadonlyMap<string, number>): string[] {
  const withUndo = made.phases.flatMap(({ id, steps: of }) =>
    stepsOf(of).flatMap((one) => (one.ownUndo ? `${id}.${one.id}` : [])),
  );
  return withUndo.filter((deed) => deeds.has(deed));
}

/**
 * Judges how a go-live ended by the world alone: an abort that was accepted is carried out, and what it says is so.
 *
 * @returns a sentence for each thing that is not so
 */
export function judgeEnd(made: Plan, state: GoLiveState, { deeds, takenBy }: World): string[] {
  const { aborted, sentence = '', rollbackIncomplete, verdict, decisions } = state;
  const faults: string[] = [];
  if (aborted && verdict !== 'no-go') faults.push(`it was aborted, and its verdict is ${verdict}`);
  const primary = decisions[0]?.verdict;
  const failed = !primary || !mayGoOn(primary);
  const undone = aborted ? !aborted.keep : failed && made.onNoGo === 'undo';
  if (undone && !rollbackIncomplete) faults.push(...left(made, deeds).map((deed) => `${deed} was left: ${sentence}`));
  if (/NOTHING WAS TAKEN BACK/.test(sentence) && takenBy.size > 0)
    faults.push(`${[...takenBy].join()} took something back: ${sentence}`);
  return faults;
}

/** After an abort that keeps, no way back begins but the last release, by the log. */
export function judgeKept({ aborted }: GoLiveState, events: readonly LoggedEvent[]): string[] {
  const said = eventsOf(events, 'message.abort')[0];
  if (!aborted?.keep || !said) return [];
  return eventsOf(events, 'rollback.started')
    .filter(({ seq, rollback: id }) => seq > said.seq && id !== 'release')
    .map(({ rollback: id }) => `${id} began after an abort that takes nothing back`);
}
