import { NO_LEVEL, STANDING_WORDS } from '../../../model/judge/certificate.js';
import { RELEASE_PAGES } from '../../../model/evidence/own-files.js';
import { formatDuration } from '../../../model/duration.js';
import type { GoLiveState } from '../../../model/state/state.js';
import { clockText, causeText, modeText, timeText, tookMs } from '../words.js';
import { type Certified, countsText } from './certificate.js';
import { cell } from '../../../model/state/board.js';
import { mdPage, mdTable } from '../md.js';

const ROUND_MS = 60_000;

/** Whole minutes: an estimate is no measurement. */
function estimate(ms: number | undefined): string {
  return ms === undefined ? '' : formatDuration(Math.max(ROUND_MS, Math.round(ms / ROUND_MS) * ROUND_MS));
}

/** Where it stands: phases, owners, gates. */
export function statusMd({ certificate, state }: Certified): string {
  return statusPage(
    { certificate, state },
    `${cell(state.id)}, ${modeText(state)}, as of ${timeText(state.endedAt)}. Level: **${cell(certificate.level)}**. Gates: ${countsText(certificate.counts)}.`,
  );
}

/** The same while it runs, as far as its log tells. Where nobody ends it, it still says as of when it is. */
export function liveStatusMd({
  certificate,
  state,
  asOf,
}: Pick<Certified, 'certificate' | 'state'> & { asOf: string }) {
  return statusPage(
    { certificate, state },
    `${cell(state.id)}, ${modeText(state)}, as of ${timeText(asOf)}. **It had not ended then**: no level, and gates of phases that are over only: ${countsText(certificate.counts)}. \`golive status ${cell(state.target)}\` tells how it stands now.`,
  );
}

function statusPage({ certificate, state }: Pick<Certified, 'certificate' | 'state'>, head: string): string {
  return mdPage([
    `# ${cell(state.runbook.title)}: status`,
    head,
    mdTable(
      ['phase', 'owner', 'state', 'took', 'what it came to'],
      state.phases.map((phase) => [
        `${phase.index} ${phase.title}`,
        phase.owner.map((role) => state.roles[role] ?? role).join(', '),
        phase.verdict?.toUpperCase() ?? phase.status,
        clockText(tookMs(phase)),
        causeText(phase.sentence ?? ''),
      ]),
    ),
    mdTable(
      ['gate', 'state', 'why'],
      certificate.gates.map(({ id, title, standing, why }) => [
        `${id} ${title}`,
        STANDING_WORDS[standing],
        causeText(why ?? ''),
      ]),
    ),
  ]);
}

/** What was reached, what is missing for the last level, and how long each takes by the runbook's estimates. */
export function summaryMd(one: Certified): string {
  const { id, certificate, plan, state } = one;
  const last = plan.levels.at(-1)?.title ?? '';
  const open = certificate.gates.filter(({ standing }) => standing !== 'pass');
  return mdPage([
    `# ${cell(state.runbook.title)}: completion summary`,
    `Certificate ${cell(id)}: **${cell(certificate.level === NO_LEVEL ? 'no level' : certificate.level)}**. Gates: ${countsText(certificate.counts)}.`,
    `## Missing for ${cell(last)}`,
    open.length === 0
      ? 'No gate.'
      : mdTable(
          ['gate', 'state', 'time to it', 'why'],
          open.map(({ id: gate, title, standing, toGoMs, why }) => [
            `${gate} ${title}`,
            STANDING_WORDS[standing],
            estimate(toGoMs),
            causeText(why ?? ''),
          ]),
        ),
    open.length === 0 ? undefined : `In all ${estimate(certificate.toGoMs)}, one after another: ${inAll(one)}`,
    ...certificate.levels
      .filter(({ holds }) => !holds)
      .flatMap(({ title, why }) => [
        `## Why not ${cell(title)}`,
        why.map((line) => `- ${cell(causeText(line))}`).join('\n'),
      ]),
    '## Inventory',
    inventory(one),
    '## Steps that failed',
    failedSteps(state),
  ]);
}

function inAll({ certificate, plan }: Certified): string {
  if (certificate.gates.some(({ standing }) => standing === 'fail'))
    return 'the time to mend each gate that fails, by the runbook, and the planned time of every phase once, since what is mended is another commit.';
  const counts =
    plan.earlier === undefined
      ? ''
      : ' What passed here counts in a later go-live of the same commit and inputs that names this one.';
  return `the planned time of each phase that is open once, and of those that read the code.${counts}`;
}

/** What lies below `release/`, and what does not and why: a file of a phase that was not executed was not run. */
function inventory({ include, state }: Certified): string {
  const missing = state.bundle?.missing ?? [];
  const pages = Object.values(RELEASE_PAGES).map((file): [string, string] => [file, 'there']);
  const collected = include.map(({ file, from }): [string, string] => {
    const lacks = missing.filter((one) => one.startsWith(`${file}: `)).map((one) => one.slice(file.length + 2));
    if (lacks.length === 0) return [file, 'there'];
    if (lacks.length < from.length) return [file, `there, of ${from.length - lacks.length} of ${from.length} sources`];
    return [file, `not run: ${lacks[0] ?? ''}`];
  });
  const all = [...pages, ...collected];
  const there = all.filter(([, is]) => is.startsWith('there')).length;
  return `${there} of ${all.length} files are there.\n\n${mdTable(['file', 'state'], all)}`;
}

function failedSteps({ phases }: Pick<GoLiveState, 'phases'>): string {
  const rows = phases.flatMap((phase) =>
    phase.steps
      .filter(({ failure }) => failure !== undefined)
      .map(({ title, failure }) => [`${phase.index} ${phase.title}`, title, causeText(failure?.message ?? '')]),
  );
  return rows.length === 0 ? 'None.' : mdTable(['phase', 'step', 'what happened'], rows);
}

/** For the next engineer: where things lie, what is open, and how to go on. */
export function handOverMd(one: Certified): string {
  const { certificate, plan, state } = one;
  const open = certificate.gates.filter(({ standing }) => standing !== 'pass');
  return mdPage([
    `# ${cell(state.runbook.title)}: hand-over`,
    `Level reached: **${cell(certificate.level)}**, of commit ${cell(certificate.commit ?? 'not read')}.`,
    '## Next',
    open.length === 0
      ? 'Every gate passes. A new commit needs a new go-live: a certificate is of one commit.'
      : open
          .map(({ id, title, why }, index) => `${index + 1}. ${cell(`${id} ${title}: ${causeText(why ?? '')}`)}`)
          .join('\n'),
    plan.handOver.length === 0 ? undefined : '## Notes',
    plan.handOver.map((note) => `- ${cell(note)}`).join('\n'),
    '## Where things lie',
    '- `report.html`: every step, gate and approval of this go-live.',
    '- `phases/<phase>.<attempt>/<step>/`: what each step left, as it was written.',
    '- `REPRODUCE.md`: how to verify this bundle, and how to do the same again.',
  ]);
}
