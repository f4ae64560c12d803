import {
  type Certificate,
  type CertifiedGate,
  levelWords,
  NO_LEVEL,
  STANDING_WORDS,
} from '../../../model/judge/certificate.js';
import type { Counted } from '../../../model/evidence/earlier.js';
import type { CertificatePlan } from '../../../model/plan/certificate-plan.js';
import { SIGNS } from '../../../model/state/signs.js';
import type { GoLiveState } from '../../../model/state/state.js';
import { html, type Html, table } from '../html.js';
import { pageOf } from '../page.js';
import { identityText, modeText, roleName, timeText } from '../words.js';
import { cell } from '../../../model/state/board.js';
import { mdPage, mdTable } from '../md.js';

/** What the pages of a certificate are made of. */
export interface Certified {
  /** `<target>-<name>-<date>-<number of the day>`. */
  id: string;
  certificate: Certificate;
  plan: CertificatePlan;
  state: GoLiveState;
  /** Phases of earlier go-lives that count, and what was named and does not. */
  earlier: Counted;
  /** Files that the runbook has collected beside the pages. */
  include: { file: string; from: string[] }[];
}

interface Row {
  title: string;
  header: string[];
  /** A cell of several sentences is a list. */
  rows: (string | string[])[][];
  /** Where there are no rows. */
  none: string;
}

function facts({ id, certificate, state }: Certified): string[][] {
  const { commit, branch, counts } = certificate;
  return [
    ['certificate', id],
    ['system', state.target],
    ['commit', commit ?? 'not read'],
    ['branch', branch ?? 'not read'],
    ['go-live', `${state.id}, ${modeText(state)}`],
    ['from, to', `${timeText(state.startedAt)}, ${timeText(state.endedAt)}`],
    ['gates', countsText(counts)],
    ['runbook', `${state.runbook.id}, SHA-256 ${state.runbook.sha256}`],
    ['plan digest', state.planDigest],
    ['digest of the approved bundle', state.bundle?.digest ?? 'none'],
  ];
}

/** `5 pass, 1 ready, 1 fail, 1 not run`. */
export function countsText(counts: Certificate['counts']): string {
  return `${counts.pass} pass, ${counts.ready} ready, ${counts.fail} fail, ${counts['not-run']} not run`;
}

function sections(one: Certified): Row[] {
  const { certificate, state, earlier } = one;
  return [
    {
      title: 'Levels',
      header: ['level', 'holds', 'approved for', 'why not'],
      rows: certificate.levels.map(({ title, holds, approvedFor, why }) => [
        title,
        holds ? 'yes' : 'NO',
        holds && state.mode === 'live' ? approvedFor : 'nothing',
        why,
      ]),
      none: '',
    },
    {
      title: 'Gates',
      header: ['gate', 'state', 'value', 'needs', 'in words'],
      rows: certificate.gates.flatMap(gateRows),
      none: '',
    },
    ...(earlier.bundles.length === 0 ? [] : [earlierSection(state, earlier)]),
    {
      title: 'Residual risks',
      header: ['risk', 'mitigation'],
      rows: risksOf(one),
      none: 'The runbook names none.',
    },
    {
      title: 'Signed by',
      header: ['level', 'who', 'when', 'identity'],
      rows: signedBy(one),
      none: '',
    },
  ];
}

function gateRows({ id, title, standing, readings, dryRuns = [] }: CertifiedGate): string[][] {
  return [...readings, ...dryRuns].map((reading, index) => {
    const { value, needs, verdict, sentence, gate, from } = reading;
    const executed = from === undefined ? '' : ` Executed in ${from}.`;
    const said =
      verdict === 'go'
        ? `${dryRuns.includes(reading) ? 'Dry run: ' : ''}${sentence}${executed}`
        : `${verdict.toUpperCase()}${value === '' ? ` ${gate}` : ''}: ${sentence}`;
    return [index === 0 ? `${id} ${title}` : '', index === 0 ? STANDING_WORDS[standing] : '', value, needs, said];
  });
}

/** What the runbook names of phases that were executed, and every gate that is open: what it would show is not known. */
function risksOf({ certificate, plan, state, earlier }: Certified): string[][] {
  const executed = new Set<string>([
    ...state.phases.filter(({ gates }) => gates.length > 0).map(({ id }) => id),
    ...earlier.phases.map(({ id }) => id),
  ]);
  const named = plan.risks.filter(({ of }) => of === undefined || of.some((id) => executed.has(id)));
  const open = certificate.gates.filter(({ standing }) => standing !== 'pass');
  return [
    ...open.map(({ id, title, standing }) => [
      `${id} ${title} is ${STANDING_WORDS[standing]}`,
      standing === 'fail'
        ? 'Mend it, and certify the commit that does'
        : 'What it would show is not known: execute it before the system is used for more than its level says',
    ]),
    ...named.map(({ risk, mitigation }) => [risk, mitigation]),
  ];
}

/** Who agreed to each level, or why nobody did. */
function signedBy({ plan, state }: Certified): string[][] {
  return plan.levels.flatMap(({ title, decision }) => {
    const asked = state.approvals.find(({ id }) => id === decision);
    if (!asked) return [[title, 'Nobody is asked: gates alone decide it', '–', '–']];
    const { status, votes } = asked;
    if (votes.length === 0)
      return [
        [title, status === 'not-asked' ? 'Nobody was asked: its gates did not hold' : 'Nobody answered', '–', '–'],
      ];
    return votes.map((vote) => [
      title,
      `${vote.by} as ${roleName(state, vote.role)}: ${vote.vote}${vote.status === 'void' ? ' (void)' : ''}`,
      timeText(vote.at),
      identityText(vote),
    ]);
  });
}

/** Which gates were executed by whom else, so that nobody takes them for this one's. */
function earlierSection({ target, phases }: GoLiveState, { bundles }: Counted): Row {
  const titleOf = (id: string): string => phases.find((phase) => phase.id === id)?.title ?? id;
  return {
    title: 'Earlier go-lives of the same commit and inputs',
    header: ['go-live', 'ended', 'digest of its bundle', 'phases that count', 'what does not'],
    rows: bundles.map(({ change, goLive, digest, endedAt, phases: counted, why }) => [
      goLive ?? `${target}/${change}`,
      timeText(endedAt),
      digest ?? 'none',
      counted.length === 0 ? 'none' : counted.map(titleOf),
      why,
    ]),
    none: '',
  };
}

const NOT_ONE = 'This is no certificate: it is of a rehearsal, and approves the system for nothing.';
const HOW =
  'Every value is of this go-live, or of an earlier one that is named beside it. `golive verify` judges gates, decisions and the level again from the bundle that holds this page, and finds a page that says more.';

const inOneLine = (row: (string | string[])[]): string[] => row.map((one) => [one].flat().join(' '));

/** The certificate, in Markdown. */
export function certificateMd(one: Certified): string {
  return mdPage([
    `# ${cell(one.id)}`,
    `## ${cell(levelWords(one.certificate))}`,
    one.state.mode === 'live' ? undefined : `> **${NOT_ONE}**`,
    mdTable(['', ''], facts(one)),
    ...sections(one).flatMap(({ title, header, rows, none }) => [
      `## ${title}`,
      rows.length === 0 ? none : mdTable(header, rows.map(inOneLine)),
    ]),
    HOW,
  ]);
}

/** The same as a page of its own, without scripts and without anything from elsewhere. */
export async function certificateHtml(one: Certified): Promise<string> {
  const { certificate, state, id } = one;
  const reached = certificate.level !== NO_LEVEL;
  const fill = reached ? (certificate.levels.every(({ holds }) => holds) ? 'go' : 'waived') : 'no-go';
  return pageOf(
    { title: `${levelWords(certificate)} · ${id}` },
    html`<div class="mode ${state.mode === 'live' ? 'live' : ''}">${modeText(state)} · ${state.id}</div>
<main>
<header>
<h1>${state.runbook.title}: ${id}</h1>
<div class="banner fill-${fill}"><div class="sign" aria-hidden="true">${SIGNS[fill]}</div><div class="words">${levelWords(certificate)}</div><div class="below">${countsText(certificate.counts)}</div></div>
${state.mode === 'live' ? '' : html`<div class="alarm">${NOT_ONE}</div>`}
</header>
${table([{ title: '' }, { title: '' }], facts(one))}
${sections(one).map(
  ({ title, header, rows, none }) =>
    html`<section><h2>${title}</h2>${
      rows.length === 0
        ? html`<p>${none}</p>`
        : table(
            header.map((name) => ({ title: name })),
            rows.map((row) => row.map(linesOf)),
          )
    }</section>`,
)}
<p class="soft small">${HOW.replaceAll('`', '')}</p>
</main>`,
  );
}

const linesOf = (lines: string | string[]): string | Html =>
  typeof lines === 'string' ? lines : html`${lines.map((one) => html`<div>${one}</div>`)}`;

/** Changes with what the pages say: those of an earlier version are not compared word for word. */
export const CERTIFICATE_VERSION = 2;

/** The same for programs: what `golive verify` compares. */
export function certificateJson(one: Certified): string {
  const { id, certificate, state, earlier } = one;
  const { mode, timeScale, planDigest } = state;
  return `${JSON.stringify({ certificateVersion: CERTIFICATE_VERSION, id, goLive: state.id, mode, timeScale, planDigest, ...certificate, earlier: earlier.bundles, risks: risksOf(one).map(([risk, mitigation]) => ({ risk, mitigation })) }, null, 2)}\n`;
}
