import { needName } from '../../model/people/need.js';
import { type Effect, type Plan, stepsOf } from '../../model/plan/plan.js';
import { failedIn } from '../../model/playbook/failed.js';
import type { PlaybookAction } from '../../model/schema/format/playbook-fields.js';
import { counted } from '../../model/text/counted.js';
import { shellWord } from '../../model/text/shell-word.js';
import { clean, cleanLines } from '../render/text.js';
import { makePlan } from '../runbook/load.js';
import { type Found, findEntry, runbookOf } from './entries.js';
import { type Believed, believe, excerptsOf, lastRun, type LastOptions, type Shown } from './last.js';

/** An action with what its go-live would do and whom it would ask. */
interface OfferedAction extends Pick<PlaybookAction, 'id' | 'title' | 'why'> {
  runbook: string;
  inputs: NonNullable<PlaybookAction['inputs']>;
  effects: Record<Effect, number>;
  /** Steps that are never done twice. */
  once: string[];
  approvals: string[];
  command: string;
}

/** An entry as it is shown, and as `--json` prints it. */
export interface ShownEntry {
  entry: string;
  runbook: string;
  symptom: string;
  when: string[];
  last: null | {
    goLive: string;
    bundle: string;
    startedAt: string;
    verdict: string;
    believed: Believed;
    failed: { of: string; sentence: string }[];
    shows: Shown[];
  };
  actions: OfferedAction[];
}

/** What a plan would do, and whom it asks. */
export function offerOf(plan: Plan): Pick<OfferedAction, 'effects' | 'once' | 'approvals'> {
  const steps = plan.phases.flatMap((phase) => stepsOf(phase.steps).map((step) => ({ phase: phase.id, step })));
  const count = (effect: Effect): number => steps.filter(({ step }) => step.effect === effect).length;
  const questions = [
    ...plan.phases.flatMap(({ approvals }) => approvals),
    ...plan.decisions.flatMap(({ approval }) => approval ?? []),
  ];
  return {
    effects: { none: count('none'), idempotent: count('idempotent'), once: count('once') },
    once: steps.flatMap(({ phase, step }) => (step.effect === 'once' ? [`${phase}.${step.id}`] : [])),
    approvals: [...new Set(questions.flatMap(({ needs }) => needs.map((need) => needName(need, plan.roles))))],
  };
}

async function offer(found: Found, action: PlaybookAction, runCommand: (id: string) => string): Promise<OfferedAction> {
  const opened = await runbookOf(found, action);
  const choices = { target: 'target', change: 'plan', mode: 'rehearse', timeScale: 1, preview: true } as const;
  const plan = await makePlan(opened, { ...choices, inputs: {}, given: action.inputs ?? {} });
  const { id, title, why, inputs = {} } = action;
  return { id, title, why, runbook: opened.id, inputs, ...offerOf(plan), command: runCommand(id) };
}

/** An entry with the excerpt of the last run's evidence. @throws CliError (exit 2) */
export async function showEntry(name: string, runbook: string | undefined, options: LastOptions): Promise<ShownEntry> {
  const found = await findEntry(name, runbook);
  const { opened, entry } = found;
  // The same entry, and the same run: another one may be newer by then.
  const same = Object.entries({ runbook, from: options.from, target: options.target }).flatMap(([flag, value]) =>
    value === undefined ? [] : ` --${flag} ${shellWord(value)}`,
  );
  const runCommand = (id: string): string => `golive playbook run ${name} ${id}${same.join('')}`;
  const actions: OfferedAction[] = [];
  for (const action of entry.actions) actions.push(await offer(found, action, runCommand));
  const bundle = lastRun(opened.id, options);
  const shown = { entry: entry.id, runbook: opened.id, symptom: entry.symptom, when: entry.when, actions };
  if (!bundle) return { ...shown, last: null };
  const believed = await believe(bundle, options);
  const state = believed.state === 'altered' ? undefined : bundle.state;
  const failed = state ? failedIn(state).filter(({ phase, part }) => entry.when.includes(`${phase}.${part}`)) : [];
  return {
    ...shown,
    last: {
      goLive: bundle.plan.goLiveId,
      bundle: bundle.directory,
      startedAt: bundle.startedAt,
      verdict: state?.verdict ?? (bundle.closed ? 'not known' : 'not ended'),
      believed,
      failed: failed.map(({ phase, part, sentence }) => ({ of: `${phase}.${part}`, sentence })),
      // What was altered is not read out: its words mean nothing.
      shows: believed.state === 'altered' ? [] : await excerptsOf(bundle, entry),
    },
  };
}

/** An entry as people read it. */
export function entryLines({ entry, runbook, symptom, when, last, actions }: ShownEntry): string[] {
  return [
    `${entry}: ${clean(symptom, 1000)}`,
    `  of ${runbook}, answers ${when.join(', ')}`,
    '',
    ...lastLines(last),
    '',
    'Actions',
    ...actions.flatMap((action, index) => actionLines(action, index + 1)),
  ];
}

function lastLines(last: ShownEntry['last']): string[] {
  if (!last) return ['Last run   none yet: there is no evidence of this runbook here. --from names a bundle.'];
  return [
    `Last run   ${clean(last.goLive, 130)}, ${clean(last.startedAt, 40)}: ${last.verdict.toUpperCase()}`,
    `  ${clean(last.bundle, 400)}`,
    `  ${last.believed.sentence}`,
    ...(last.believed.state === 'altered'
      ? ['  Nothing of it is shown.']
      : last.failed.length === 0
        ? ['  None of what this entry answers failed in it.']
        : last.failed.map(({ of, sentence }) => `  ✗ ${of}: ${clean(sentence, 600)}`)),
    ...last.shows.flatMap(shownLines),
  ];
}

/** An excerpt under its name. */
export function shownLines({ from, excerpt, why }: Shown): string[] {
  if (!excerpt) return ['', `  ${from}: ${clean(why ?? 'nothing', 300)}.`];
  const { lines, of, last } = excerpt;
  const part = lines.length === of ? '' : ` (the ${last ? 'last' : 'first'} ${lines.length} of ${counted(of, 'line')})`;
  return ['', `  ${from}${part}`, ...lines.map((line) => `  │ ${cleanLines(line)}`)];
}

function actionLines(action: OfferedAction, number: number): string[] {
  const { id, title, why, runbook, inputs, effects, once, approvals, command } = action;
  const given = Object.entries(inputs).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const counts = `${effects.none} that only look, ${effects.idempotent} idempotent, ${effects.once} once`;
  return [
    `  ${number} ${id}: ${clean(title, 1000)}`,
    `    ${clean(why, 1000)}`,
    `    starts ${[runbook, ...given].map((one) => clean(one, 200)).join(' ')}`,
    `    steps: ${counts}${once.length === 0 ? '' : ` (${once.join(', ')})`}; asks ${approvals.length === 0 ? 'nobody' : approvals.map((one) => clean(one, 60)).join(', ')}`,
    `    ${command}`,
  ];
}
