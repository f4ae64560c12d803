import { buildContext, type ExpressionContext } from '../../model/expression/expression.js';
import type { JsonObject } from '../../model/json.js';
import { type Values, valuesOf } from '../../model/plan/values.js';
import { failedIn } from '../../model/playbook/failed.js';
import { type Filled, fillPrompt } from '../../model/playbook/prompt.js';
import type { PlaybookEntry } from '../../model/schema/format/playbook-fields.js';
import { didYouMean } from '../../model/schema/suggest.js';
import { CliError } from '../errors.js';
import type { Bundle } from '../evidence/ended.js';
import { clean } from '../render/text.js';
import { runbooksWithPlaybook } from './entries.js';
import { type Believed, believe, excerptsOf, lastRun, type LastOptions } from './last.js';
import { shownLines } from './show.js';

/** A prompt, filled from the last run. */
export interface ShownPrompt extends Filled {
  prompt: string;
  title: string;
  runbook: string;
  goLive: string | null;
  believed: Believed | null;
}

/** Fills a prompt of a playbook from the newest run of its runbook. @throws CliError (exit 2) */
export async function showPrompt(
  name: string,
  runbook: string | undefined,
  options: LastOptions,
): Promise<ShownPrompt> {
  const all = await runbooksWithPlaybook(runbook);
  const found = all.filter(({ runbook: { playbook } }) => Object.hasOwn(playbook?.prompts ?? {}, name));
  const [opened, second] = found;
  const prompt = opened?.runbook.playbook?.prompts?.[name];
  if (!opened || !prompt) {
    const known = all.flatMap(({ runbook: { playbook } }) => Object.keys(playbook?.prompts ?? {}));
    throw new CliError(`There is no prompt '${name.slice(0, 120)}' in a playbook.`, {
      exitCode: 2,
      hint: didYouMean(name, known, 'prompts'),
    });
  }
  if (second)
    throw new CliError(`There are ${found.length} prompts '${name}'.`, {
      exitCode: 2,
      hint: `Say of which runbook: --runbook ${found.map(({ id }) => id).join(' or ')}.`,
    });
  const bundle = lastRun(opened.id, options);
  const believed = bundle ? await believe(bundle, options) : undefined;
  const readable = believed?.state === 'altered' ? undefined : bundle;
  const context = readable ? await contextOf(readable, opened.runbook.playbook?.entries ?? []) : {};
  const { text, missing } = fillPrompt(prompt.text, context);
  const goLive = bundle?.plan.goLiveId ?? null;
  const { title } = prompt;
  return { prompt: name, title, runbook: opened.id, goLive, believed: believed ?? null, text, missing };
}

/** What a prompt can read of a run. What the run has not is left out, so that it is told. */
async function contextOf(bundle: Bundle, entries: readonly PlaybookEntry[]): Promise<ExpressionContext> {
  const { plan, state, startedAt } = bundle;
  const done: Values['phases'] = {};
  for (const { id, steps } of state?.phases ?? [])
    done[id] = {
      steps: Object.fromEntries(steps.flatMap(({ id: step, outputs }) => (outputs ? [[step, outputs]] : []))),
    };
  const { inputs, target, run, phases } = valuesOf(plan, startedAt, 1, done);
  const more: JsonObject = { change: plan.change };
  if (state?.endedAt !== undefined) more.ended = state.endedAt;
  if (state?.verdict !== undefined) more.verdict = state.verdict.toUpperCase();
  if (state?.sentence !== undefined) more.sentence = clean(state.sentence);
  if (state) Object.assign(more, await failedTexts(bundle, state, entries));
  return buildContext({ inputs, target, run: { ...run, ...more }, phases });
}

/** What failed, the excerpt of the first entry that answers it, and its smallest next step. */
async function failedTexts(
  bundle: Bundle,
  state: NonNullable<Bundle['state']>,
  entries: readonly PlaybookEntry[],
): Promise<JsonObject> {
  const failed = failedIn(state);
  if (failed.length === 0) return { failed: 'nothing', excerpt: 'nothing failed', next: 'none is needed' };
  const lines = failed.map(({ phase, part, sentence }) => `- ${phase}.${part}: ${clean(sentence, 600)}`);
  const entry = entries.find(({ when }) => failed.some(({ phase, part }) => when.includes(`${phase}.${part}`)));
  const said = { failed: lines.join('\n') };
  const [action] = entry?.actions ?? [];
  if (!entry || !action) return said;
  const excerpt = (await excerptsOf(bundle, entry)).flatMap(shownLines).join('\n').trim();
  const next = `golive playbook run ${entry.id} ${action.id}: ${clean(action.title, 300)}`;
  return { ...said, excerpt: excerpt === '' ? 'the entry shows none' : excerpt, next };
}
