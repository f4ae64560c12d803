import type { DecisionPlan } from '../plan/plan.js';
import { didNotPass, takenBackSoFar } from './standing.js';
import type { DecisionState, GoLiveState } from './state.js';
import { mayGoOn, VERDICTS, type Verdict, worst } from '../verdict.js';
import { standingWaiver, type Waiver } from '../judge/waiver.js';
import { phaseSentence } from './transitions.js';

interface Requirement {
  title: string;
  verdict: Verdict;
  sentence: string;
  /** By which it holds. */
  waiver?: Waiver;
  /** It was good, and is undone because of something else: that is told first. */
  after?: true;
}

/** What a decision is before anybody is asked to approve it. */
export interface Decided {
  verdict: Verdict;
  sentence: string;
  /** Of the state: those by which required phases hold. */
  waivers: Waiver[];
}

/** How one required phase or earlier decision stands. What did not run has not passed; what the runbook's own `when` left out is not asked for. */
function requirement(id: string, state: GoLiveState, nowMs: number): Requirement {
  const decision = state.decisions.find((candidate) => candidate.id === id);
  if (decision) {
    const verdict = decision.verdict ?? 'inconclusive';
    // Its own sentence stands beside it; here the reference is enough.
    return { title: decision.title, verdict, sentence: `It is ${verdict.toUpperCase()}.` };
  }
  const phase = state.phases.find((candidate) => candidate.id === id);
  if (!phase) return { title: id, verdict: 'inconclusive', sentence: 'There is no such phase.' };
  if (phase.status === 'passed')
    return { title: phase.title, verdict: phase.verdict ?? 'inconclusive', sentence: phase.sentence ?? '' };
  // No waiver lets pass what is not there any more.
  if (phase.status === 'taken-back') {
    const { title } = phase;
    return didNotPass(phase)
      ? { title, verdict: 'no-go', sentence: phaseSentence(phase) }
      : {
          title,
          verdict: 'no-go',
          sentence: `It was taken back by ${phase.takenBackBy ?? 'a rollback'}.`,
          after: true,
        };
  }
  const waiver = standingWaiver(state.waivers, id, nowMs);
  if (waiver) {
    const { by, role, until, reason } = waiver;
    return {
      title: phase.title,
      verdict: 'waived',
      sentence: `WAIVED by ${by} (${role}) until ${until}: ${reason}`,
      waiver,
    };
  }
  const { title, sentence, status } = phase;
  switch (status) {
    case 'skipped':
      if (phase.omitted) return { title, verdict: 'waived', sentence: sentence ?? '' };
      return { title, verdict: 'go', sentence: sentence ?? 'Skipped as the runbook says.' };
    case 'failed': {
      const verdict = phase.verdict && !mayGoOn(phase.verdict) ? phase.verdict : 'no-go';
      return { title, verdict, sentence: sentence ?? 'It failed.' };
    }
    case 'pending':
      return { title, verdict: 'inconclusive', sentence: 'It did not run.' };
    case 'waiting':
    case 'running':
    case 'cancelled':
      return { title, verdict: 'inconclusive', sentence: sentence ?? `It is ${status}.` };
  }
}

/** Worst news first; of the same kind, causes before what followed from them. */
const rank = ({ verdict, after }: Requirement): number => 2 * VERDICTS.indexOf(verdict) - (after ? 1 : 0);

/** Whether something that a decision requires was taken back, or is an earlier decision that fell with it. */
export function hasFallen({ requires }: DecisionPlan, { phases, decisions }: GoLiveState): boolean {
  return requires.some(
    (id) =>
      phases.some((phase) => phase.id === id && phase.status === 'taken-back') ||
      decisions.some((one) => one.id === id && one.verdict !== undefined && !mayGoOn(one.verdict)),
  );
}

/** Verdict and sentence of a decision before its approval: the worst of what it requires, worst news first. */
export function decide(plan: DecisionPlan, state: GoLiveState, nowMs: number): Decided {
  const needs = plan.requires.map((id) => requirement(id, state, nowMs));
  const verdict = worst(needs.map((need) => need.verdict));
  const waivers = needs.flatMap(({ waiver }) => waiver ?? []);
  if (verdict === 'go') {
    const all = needs.length === 1 ? 'Its one requirement holds.' : `All of its ${needs.length} requirements hold.`;
    return { verdict, sentence: all, waivers };
  }
  const bad = needs.filter((need) => need.verdict !== 'go').toSorted((a, b) => rank(b) - rank(a));
  const [first, ...rest] = bad;
  const others = rest.map((need) => need.title).join(', ');
  const more = rest.length > 0 ? ` (of its ${needs.length} requirements ${rest.length} more: ${others})` : '';
  return { verdict, sentence: `${first?.title ?? ''}: ${first?.sentence ?? ''}${more}`, waivers };
}

/** What a go-live that was stopped with `--keep` kept: a rollback may have run before, or have been under way. */
function keptSentence(state: GoLiveState): string {
  const { ways, phases } = takenBackSoFar(state);
  if (ways.length === 0) return 'NOTHING WAS TAKEN BACK (--keep).';
  if (phases.length === 0) return `${ways.join(', ')} HAD BEGUN; what stood then stays (--keep).`;
  return `TAKEN BACK ALL THE SAME: ${phases.join(', ')}; the rest stays (--keep).`;
}

/** What one that was stopped took back of an earlier go-live: all that its way back carried out, with `--keep` no less. */
function backSentence(first: string, state: GoLiveState): string {
  if (takenBackSoFar(state).ways.length === 0) return `NOTHING OF ${first} WAS TAKEN BACK.`;
  return `THE WAY BACK HAD BEGUN: ${state.phases[0]?.sentence ?? `nobody knows how much of ${first} it took back.`}`;
}

/** The one sentence of the whole go-live, worst news first. */
export function headline(state: GoLiveState): string {
  const alone = (state.breakGlass ?? []).map(
    ({ approval, by, reason, reviewBy }) =>
      `BREAK-GLASS: ${by} alone approved '${approval}' (${reason}); review it by ${reviewBy}. `,
  );
  const omitted = state.phases.flatMap(({ title, omitted: by }) =>
    by ? `OMITTED: ${title}, by ${by.by} (${by.role}): ${by.reason}. ` : [],
  );
  const incomplete = `${state.rollbackIncomplete ? 'ROLLBACK INCOMPLETE. ' : ''}${alone.join('')}${omitted.join('')}`;
  if (state.aborted) {
    const { by, reason, keep } = state.aborted;
    const what = state.takesBack ? backSentence(state.takesBack.goLive, state) : keep ? keptSentence(state) : '';
    return `${incomplete}Aborted by ${by}: ${reason} ${what}`.trimEnd();
  }
  const holds = ({ verdict }: DecisionState) => verdict !== undefined && mayGoOn(verdict);
  const good = state.decisions.filter(holds);
  const worstFirst = state.decisions.filter((decision) => !holds(decision));
  const said = [
    ...good.map((decision) => `${decision.title}: ${decision.verdict === 'waived' ? 'GO with waivers' : 'GO'}.`),
    // Later decisions mostly fail for the first one's reason; theirs stand in the list of decisions.
    ...worstFirst.map((decision, index) => {
      const word = decision.verdict?.toUpperCase() ?? 'not decided';
      return `${decision.title}: ${word}.${index === 0 ? ` ${decision.sentence}` : ''}`;
    }),
  ];
  return `${incomplete}${said.join(' ')}`;
}

/** The verdict over all decisions. Nothing decided is not GO: `worst` of an empty list would be. */
export function overallVerdict({ aborted, decisions }: Pick<GoLiveState, 'aborted' | 'decisions'>): Verdict {
  if (aborted) return 'no-go';
  if (decisions.length === 0) return 'inconclusive';
  return worst(decisions.map(({ verdict }) => verdict ?? 'inconclusive'));
}
