import { type Plan, type PhasePlan, type StepNode, type StepPlan, stepsOf } from '../../model/plan/plan.js';
import type { Act, Deed, Happening } from './fake-world.js';

/** One call of an undo that a plan promises for a deed. */
interface Call {
  deed: Deed;
  activity: string;
  title: string;
}

/** A deed that began, with the calls that take it back; in the order in which the plan promises them. */
interface Promised {
  deed: Deed;
  calls: Call[];
  always: boolean;
}

/** A way back that the plan asks for: what must be undone, in order, and which steps follow. */
interface Way {
  name: string;
  due: Call[];
  taken: Call[];
  steps: StepPlan[];
  begun: string[];
}

/** Verdicts after which nothing is taken back. */
const GO = ['go', 'waived'];

const sameDeed = (a: Deed, b: Deed): boolean =>
  a.phase === b.phase && a.attempt === b.attempt && a.step === b.step && a.epoch === b.epoch;
const sameCall = (a: Call, b: Call): boolean =>
  sameDeed(a.deed, b.deed) && a.activity === b.activity && a.title === b.title;

/** `phase.step`, with attempt and epoch where they are not the first. */
function nameOf({ phase, attempt, step, epoch }: Deed): string {
  const nth = [attempt > 1 ? `attempt ${attempt}` : '', epoch > 1 ? `epoch ${epoch}` : ''].filter(Boolean).join(', ');
  return `${phase}.${step}${nth ? ` (${nth})` : ''}`;
}

function groupOf(nodes: readonly StepNode[], id: string): readonly StepPlan[] {
  const node = nodes.find((one) => stepsOf([one]).some((step) => step.id === id));
  return node ? stepsOf([node]) : [];
}

function callsOf(deed: Deed, step: StepPlan): Call[] {
  if (step.undo) return step.undo.map(({ uses, title }) => ({ deed, activity: uses, title: `undo ${title}` }));
  return step.ownUndo ? [{ deed, activity: `undo ${step.uses}`, title: `undo ${step.title}` }] : [];
}

/**
 * Judges how a go-live took back what it did, from its plan and from what happened to the world: on each way back
 * exactly the undos that the plan promises, newest first, one at a time, after every deed has ended, none twice and
 * nothing else; then the steps of the named rollback; at the end nothing stands that must not. The workflows have no
 * say in it but for two facts of the event log: that a phase failed, and what was decided.
 *
 * @returns what is wrong, a sentence each; empty when all is well
 */
export function judgeWayBack(plan: Plan, record: readonly Happening[]): string[] {
  return new WayBack(plan).judge(record);
}

class WayBack {
  private readonly faults: string[] = [];
  /** Oldest first. */
  private standing: Promised[] = [];
  /** Whatever was taken back so far. */
  private readonly undone: Call[] = [];
  /** What has begun and not ended. */
  private readonly acting: Act[] = [];
  private readonly failed: Deed[] = [];
  private way: Way | undefined;
  private decided = false;

  constructor(private readonly plan: Plan) {}

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
    if (event.type !== 'decision' || event.decision !== plan.decisions[0]?.id) return;
    this.decided = true;
    const all = !GO.includes(String(event.verdict)) && plan.onNoGo === 'undo';
    this.openWay(all ? 'the end without GO' : 'the end', (one) => all || one.always);
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
    const { deed } = act;
    if (act.undo) this.undoBegan(act);
    else if (this.plan.phases.some(({ id }) => id === deed.phase)) this.deedBegan(deed);
    else this.way?.begun.push(deed.step);
    this.acting.push(act);
  }

  private deedBegan(deed: Deed): void {
    this.closeWay();
    const nodes = this.plan.phases.find(({ id }) => id === deed.phase)?.steps ?? [];
    const step = stepsOf(nodes).find(({ id }) => id === deed.step);
    if (!step || this.standing.some((one) => sameDeed(one.deed, deed))) return;
    const promised = { deed, calls: callsOf(deed, step), always: step.undoOn === 'always' };
    if (promised.calls.length === 0) return;
    // Side by side they begin in any order; what is promised, is in the order in which they are written.
    const later = groupOf(nodes, deed.step)
      .map(({ id }): string => id)
      .slice(groupOf(nodes, deed.step).indexOf(step) + 1);
    const before = this.standing.findIndex(
      (one) => later.includes(one.deed.step) && sameDeed({ ...one.deed, step: deed.step }, deed),
    );
    this.standing.splice(before < 0 ? this.standing.length : before, 0, promised);
  }

  private undoBegan({ deed, activity, title }: Act): void {
    for (const other of this.acting) {
      const what = other.undo ? `the undo of ${nameOf(other.deed)}` : `the deed ${nameOf(other.deed)}`;
      this.faults.push(`${nameOf(deed)} is undone before ${what} has ended`);
    }
    if (this.way && this.way.begun.length > 0)
      this.faults.push(`${nameOf(deed)} is undone after the steps of ${this.way.name} have begun`);
    const call = { deed, activity, title };
    if (this.way) this.way.taken.push(call);
    else if (!this.takenTwice(call)) this.faults.push(`${nameOf(deed)} is undone, and nothing asks for it`);
  }

  private takenTwice(call: Call): boolean {
    const twice = this.undone.some((one) => sameCall(one, call));
    if (twice) this.faults.push(`${nameOf(call.deed)} is undone twice`);
    return twice;
  }

  private ended(act: Act): void {
    const at = this.acting.findIndex((one) => one.undo === act.undo && sameCall(one, act));
    this.acting.splice(at, at < 0 ? 0 : 1);
    if (act.what === 'failed' && !act.undo) this.failed.push(act.deed);
  }

  private openWay(name: string, which: (one: Promised) => boolean, steps: StepPlan[] = []): void {
    this.closeWay();
    const due = this.standing.filter(which).toReversed();
    this.way = { name, due: due.flatMap(({ calls }) => calls), taken: [], steps, begun: [] };
  }

  /** Compares what was taken back with what was due, and forgets what no longer stands. */
  private closeWay(): void {
    const { way } = this;
    if (!way) return;
    this.way = undefined;
    const taken: Call[] = [];
    for (const call of way.taken) {
      if (this.takenTwice(call)) continue;
      this.undone.push(call);
      if (way.due.some((one) => sameCall(one, call))) taken.push(call);
      else this.faults.push(`${nameOf(call.deed)} is undone by ${way.name}, which does not ask for it`);
    }
    for (const call of way.due)
      if (!taken.some((one) => sameCall(one, call)))
        this.faults.push(`${nameOf(call.deed)} is not undone by ${way.name}: '${call.title}' is left out`);
    const order = way.due.filter((call) => taken.some((one) => sameCall(one, call)));
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
    this.standing = this.standing.filter(({ calls }) =>
      calls.some((call) => !taken.some((one) => sameCall(one, call))),
    );
  }
}

/**
 * Judges where a go-live failed whose step `broken` (`phase.step`) fails whenever it is taken: there and nowhere
 * else, as often as the phase may be tried, with nothing after it in the phase.
 *
 * @returns what is wrong, a sentence each; empty when all is well
 */
export function judgeBreak(plan: Plan, record: readonly Happening[], broken: string): string[] {
  const faults: string[] = [];
  const failures: Deed[] = [];
  const acts = record.filter((one): one is Act => one.what !== 'told' && !one.undo);
  const phase = plan.phases.find(({ id, steps }) => stepsOf(steps).some((step) => `${id}.${step.id}` === broken));
  for (const { what, deed } of acts) {
    const stopped = failures.find((one) => one.phase === deed.phase && one.attempt === deed.attempt);
    const beside = groupOf(phase?.steps ?? [], stopped?.step ?? '').some(({ id }) => id === deed.step);
    if (what === 'began' && stopped && !beside)
      faults.push(`${nameOf(deed)} begins after ${nameOf(stopped)} has failed`);
    if (what !== 'failed') continue;
    if (`${deed.phase}.${deed.step}` === broken) failures.push(deed);
    else faults.push(`${nameOf(deed)} fails, and is not what was broken`);
  }
  if (!phase) return [...faults, `there is no step ${broken}`];
  const step = stepsOf(phase.steps).find(({ id }) => `${phase.id}.${id}` === broken);
  const times = step?.onFail === 'ask' ? 1 : phase.onFail.attempts;
  if (failures.length !== times) faults.push(`${broken} fails ${failures.length} times instead of ${times}`);
  if (phase.onFail.then === 'continue' && step?.onFail === 'stop') return faults;
  const later = plan.phases.slice(plan.phases.indexOf(phase) + 1).map(({ id }): string => id);
  const gone = acts.find(({ what, deed }) => what === 'began' && later.includes(deed.phase));
  if (gone) faults.push(`${nameOf(gone.deed)} begins, though ${broken} stopped the go-live`);
  return faults;
}
