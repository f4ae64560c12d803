import { isDeepStrictEqual } from 'node:util';
import { stepFolder } from '../../activities/step/step-evidence.js';
import { type Plan, type PhasePlan, type StepNode, type StepPlan, stepsOf } from '../../model/plan/plan.js';
import { type Values, valuesOf } from '../../model/plan/values.js';
import type { Act, Deed, Happening } from './fake-world.js';
import { type Call, type Promised, type Steps, undosOf } from './promised-undos.js';

/** A way back that the plan asks for: what must be undone, in order, and which steps follow. */
interface Way {
  name: string;
  due: Promised[];
  taken: Call[];
  /** Of what was taken, what failed. */
  failed: Call[];
  steps: StepPlan[];
  begun: string[];
}

/** Least time of one call of an undo, in milliseconds: whatever its deed had, the way back matters more than time. */
const LEAST_MS = 60_000;

/** Verdicts after which nothing is taken back. */
const GO = ['go', 'waived'];

const sameDeed = (a: Deed, b: Deed): boolean =>
  a.phase === b.phase && a.attempt === b.attempt && a.step === b.step && a.epoch === b.epoch;
const sameCall = (a: Call, b: Call): boolean =>
  sameDeed(a.deed, b.deed) && a.activity === b.activity && a.title === b.title;
const holds = (calls: readonly Call[], call: Call): boolean => calls.some((one) => sameCall(one, call));
export const isUndo = (act: Act): boolean => act.task.undoes !== undefined;
const callOf = ({ deed, activity, task: { title } }: Act): Call => ({ deed, activity, title });

/** `phase.step`, with attempt and epoch where they are not the first. */
export function nameOf({ phase, attempt, step, epoch }: Deed): string {
  const nth = [attempt > 1 ? `attempt ${attempt}` : '', epoch > 1 ? `epoch ${epoch}` : ''].filter(Boolean).join(', ');
  return `${phase}.${step}${nth ? ` (${nth})` : ''}`;
}

export function groupOf(nodes: readonly StepNode[], id: string): readonly StepPlan[] {
  const node = nodes.find((one) => stepsOf([one]).some((step) => step.id === id));
  return node ? stepsOf([node]) : [];
}

/**
 * Judges how a go-live took back what it did, from its plan and from what happened to the world: on each way back
 * exactly the undos that the plan promises, newest first, one at a time, after every deed has ended, none twice and
 * nothing else, each given what takes its deed back; then the steps of the named rollback; at the end nothing stands
 * that must not. After an undo that failed the others follow, and no deed; the next way back takes it again unless a
 * person gave it up. The workflows have no say in it but for three facts of the event log: that a phase failed, what was
 * decided, and what a person chose.
 *
 * @param startedAt when the go-live started, ISO 8601, for expressions that read it
 * @returns what is wrong, a sentence each; empty when all is well
 */
export function judgeWayBack(plan: Plan, record: readonly Happening[], startedAt = ''): string[] {
  return new WayBack(plan, startedAt).judge(record);
}

class WayBack {
  private readonly faults: string[] = [];
  /** Oldest first. */
  private standing: Promised[] = [];
  /** Whatever was taken back so far. */
  private readonly undone: Call[] = [];
  /** Folders of undos, each with whose it is. */
  private readonly folders = new Map<string, Call>();
  /** What the phases before the present one gave, by their last attempts; and what this attempt has given. */
  private readonly phases: Values['phases'] = {};
  private present: { phase: string; attempt: number; steps: Steps } = { phase: '', attempt: 0, steps: {} };
  /** What has begun and not ended. */
  private readonly acting: Act[] = [];
  private readonly failed: Deed[] = [];
  private way: Way | undefined;
  private decided = false;

  constructor(
    private readonly plan: Plan,
    private readonly startedAt: string,
  ) {}

  judge(record: readonly Happening[]): string[] {
    for (const one of record) {
      if (one.what === 'told') this.told(one.event);
      else if (one.what === 'began') this.began(one);
      else this.ended(one);
    }
    this.closeWay();
    if (!this.decided) this.faults.push('it ended without a decision');
    return this.faults;
  }

  private told(event: { type: string; [key: string]: unknown }): void {
    const { plan } = this;
    if (event.type === 'phase.failed') {
      const phase = plan.phases.find(({ id }) => id === event.phase);
      if (phase) this.phaseFailed(phase, Number(event.attempt));
    }
    if (event.type === 'operator.chose' && event.choice === 'stop' && event.by !== 'golive')
      this.gaveUp(String(event.about));
    if (event.type !== 'decision' || event.decision !== plan.decisions[0]?.id) return;
    this.decided = true;
    const all = !GO.includes(String(event.verdict)) && plan.onNoGo === 'undo';
    this.openWay(all ? 'the end without GO' : 'the end', (one) => all || (one.always && !one.failed));
  }

  /** Of the undos that failed on the way back under way, the newest of this step (`phase.step`) that is not given up yet. */
  private gaveUp(about: string): void {
    const { due = [], failed = [] } = this.way ?? {};
    const asked = due.find(
      ({ deed, calls, givenUp }) =>
        !givenUp && `${deed.phase}.${deed.step}` === about && calls.some((call) => holds(failed, call)),
    );
    if (asked) asked.givenUp = true;
  }

  private phaseFailed(phase: PhasePlan, attempt: number): void {
    const asked = this.failed.some(
      (deed) =>
        deed.phase === phase.id &&
        deed.attempt === attempt &&
        stepsOf(phase.steps).some(({ id, onFail }) => id === deed.step && onFail === 'ask'),
    );
    const rollback = this.plan.rollbacks[phase.onFail.rollback ?? ''];
    // The person who was asked and said stop has said no more than that.
    if (!rollback || asked) return this.openWay(`the failure of ${phase.id}`, () => false);
    const { undo, steps, id } = rollback;
    const which = (one: Promised): boolean => undo === 'all' || (undo === 'phase' && one.deed.phase === phase.id);
    return this.openWay(id, which, stepsOf(steps));
  }

  private began(act: Act): void {
    if (isUndo(act)) this.undoBegan(act);
    else if (this.plan.phases.some(({ id }) => id === act.deed.phase)) this.deedBegan(act);
    else this.way?.begun.push(act.deed.step);
    this.acting.push(act);
  }

  private deedBegan({ deed, task: { input } }: Act): void {
    this.closeWay();
    for (const left of this.standing.filter((one) => one.failed))
      this.faults.push(`${nameOf(deed)} begins, though the undo of ${nameOf(left.deed)} failed`);
    this.enter(deed);
    const nodes = this.plan.phases.find(({ id }) => id === deed.phase)?.steps ?? [];
    const step = stepsOf(nodes).find(({ id }) => id === deed.step);
    if (!step || this.standing.some((one) => sameDeed(one.deed, deed))) return;
    const group = groupOf(nodes, deed.step).map(({ id }): string => id);
    const calls = undosOf(deed, step, input, () => this.valuesFor(deed, group));
    const promised = { deed, calls, always: step.undoOn === 'always' };
    if (calls.length === 0) return;
    // Side by side they begin in any order; what is promised, is in the order in which they are written.
    const later = group.slice(group.indexOf(deed.step) + 1);
    const before = this.standing.findIndex(
      (one) => later.includes(one.deed.step) && sameDeed({ ...one.deed, step: deed.step }, deed),
    );
    this.standing.splice(before < 0 ? this.standing.length : before, 0, promised);
  }

  /** The deeds of another attempt or phase begin: what was given before is now of a phase that is over. */
  private enter({ phase, attempt }: Deed): void {
    const { present } = this;
    if (present.phase === phase && present.attempt === attempt) return;
    if (present.attempt > 0) this.phases[present.phase] = { steps: present.steps };
    this.present = { phase, attempt, steps: {} };
  }

  /** What the expressions of a step may read. Those of a group do not see each other. */
  private valuesFor({ attempt }: Deed, group: readonly string[]): Values & { steps: Steps } {
    const before = Object.entries(this.present.steps).filter(([id]) => !group.includes(id));
    return { ...valuesOf(this.plan, this.startedAt, attempt, this.phases), steps: Object.fromEntries(before) };
  }

  private undoBegan(act: Act): void {
    const call = callOf(act);
    const name = nameOf(call.deed);
    for (const other of this.acting) {
      const what = isUndo(other) ? `the undo of ${nameOf(other.deed)}` : `the deed ${nameOf(other.deed)}`;
      this.faults.push(`${name} is undone before ${what} has ended`);
    }
    if (this.way && this.way.begun.length > 0)
      this.faults.push(`${name} is undone after the steps of ${this.way.name} have begun`);
    this.judgeGiven(call, act.task);
    if (this.way) this.way.taken.push(call);
    else if (!this.takenTwice(call, [])) this.faults.push(`${name} is undone, and nothing asks for it`);
  }

  /** What a call is given must be what takes its deed back, in a folder of its own and with time enough. */
  private judgeGiven(call: Call, { input, timeoutMs, ...task }: Act['task']): void {
    const it = `'${call.title}' of ${nameOf(call.deed)}`;
    const promised = this.standing.find(({ deed }) => sameDeed(deed, call.deed));
    const due = promised?.calls.find((one) => sameCall(one, call));
    const differs = (what: string, given: unknown, wanted: unknown): void => {
      if (isDeepStrictEqual(given, wanted)) return;
      this.faults.push(`${it} is given the ${what} ${JSON.stringify(given)} instead of ${JSON.stringify(wanted)}`);
    };
    if (due) differs('input', input, due.input);
    if (timeoutMs < LEAST_MS) this.faults.push(`${it} has ${timeoutMs} ms instead of ${LEAST_MS} at least`);
    const folder = stepFolder('', task);
    const other = this.folders.get(folder);
    if (other && !sameCall(other, call))
      this.faults.push(`${it} shares a folder with '${other.title}' of ${nameOf(other.deed)}`);
    this.folders.set(folder, call);
  }

  private takenTwice(call: Call, now: readonly Call[]): boolean {
    const twice = holds(this.undone, call) || holds(now, call);
    if (twice) this.faults.push(`${nameOf(call.deed)} is undone twice`);
    return twice;
  }

  private ended(act: Act): void {
    const { deed, what, outputs } = act;
    const at = this.acting.findIndex((one) => isUndo(one) === isUndo(act) && sameCall(callOf(one), callOf(act)));
    this.acting.splice(at, at < 0 ? 0 : 1);
    if (isUndo(act)) {
      if (what === 'failed') this.way?.failed.push(callOf(act));
      return;
    }
    if (what === 'failed') this.failed.push(deed);
    if (what !== 'done') return;
    if (this.present.phase === deed.phase && outputs) this.present.steps[deed.step] = outputs;
  }

  private openWay(name: string, which: (one: Promised) => boolean, steps: StepPlan[] = []): void {
    this.closeWay();
    const due = this.standing.filter((one) => !one.givenUp && which(one)).toReversed();
    this.way = { name, due, taken: [], failed: [], steps, begun: [] };
  }

  /** Compares what was taken back with what was due, and forgets what no longer stands. */
  private closeWay(): void {
    const { way } = this;
    if (!way) return;
    this.way = undefined;
    // What follows a call that failed, of the same undo, is left to the next way back.
    const due = way.due.flatMap(({ calls }) => {
      const broken = calls.findIndex((call) => holds(way.failed, call));
      return broken < 0 ? calls : calls.slice(0, broken + 1);
    });
    const taken: Call[] = [];
    for (const call of way.taken) {
      if (this.takenTwice(call, taken)) continue;
      if (holds(due, call)) taken.push(call);
      else {
        this.undone.push(call);
        this.faults.push(`${nameOf(call.deed)} is undone by ${way.name}, which does not ask for it`);
      }
    }
    for (const call of due)
      if (!holds(taken, call))
        this.faults.push(`${nameOf(call.deed)} is not undone by ${way.name}: '${call.title}' is left out`);
    const order = due.filter((call) => holds(taken, call));
    const at = order.findIndex((call, index) => !sameCall(call, taken[index] ?? call));
    const [first, early] = [order[at], taken[at]];
    if (first && early)
      this.faults.push(
        sameDeed(first.deed, early.deed)
          ? `${nameOf(first.deed)} is undone in another order than it says: '${early.title}' before '${first.title}'`
          : `${nameOf(early.deed)} is undone before ${nameOf(first.deed)}, which is newer`,
      );
    const wanted = way.steps.filter(({ id, when }) => when === undefined || way.begun.includes(id)).map(({ id }) => id);
    if (way.begun.toSorted().join() !== wanted.toSorted().join())
      this.faults.push(`the steps of ${way.name} are [${wanted.join(', ')}], and [${way.begun.join(', ')}] were taken`);
    for (const one of way.due) {
      if (one.calls.some((call) => holds(way.failed, call))) one.failed = true;
      else if (one.calls.every((call) => holds(taken, call))) this.standing.splice(this.standing.indexOf(one), 1);
    }
    this.undone.push(
      ...taken.filter((call) => !this.standing.some(({ deed, failed }) => failed && sameDeed(deed, call.deed))),
    );
  }
}
