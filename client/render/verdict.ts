import { pointersIn } from '../../model/playbook/failed.js';
import { SIGNS } from '../../model/state/signs.js';
import { NO_LEVEL } from '../../model/judge/certificate.js';
import type { CertificateRef } from '../../model/state/contract.js';
import type { DecisionState, GoLiveState, RollbackState } from '../../model/state/state.js';
import { mayGoOn } from '../../model/verdict.js';
import type { Style } from './style.js';
import { clean, wrap } from './text.js';
import { verdictWord } from './words.js';

const INDENT = ' '.repeat(8);
/** Ways back that the runbook does not name. */
const NAMES: Record<string, string> = { undo: 'Undo', release: 'Release' };

/** What ends a go-live: verdict, sentence, rollbacks, decisions, waivers, evidence; the exit code where it is given. */
export function verdictBlock(
  state: GoLiveState,
  style: Style,
  opts: { columns: number; exitCode?: number; cwd?: string },
): string[] {
  const { columns } = opts;
  const verdict = state.verdict ?? 'inconclusive';
  const head = verdictWord(verdict, style);
  const label = ` ${head}${' '.repeat(Math.max(2, 7 - verdict.length))}`;
  const lines = paragraph(clean(state.sentence ?? 'It ended without a sentence.', 1200), columns).map((line, index) =>
    index === 0 && verdict.length <= 6 ? `${label}${line}` : INDENT + line,
  );
  if (verdict.length > 6) lines.unshift(` ${head}`);
  if (state.rollbackIncomplete) {
    lines.push(
      `${INDENT}${style.bad(style.bold('ROLLBACK INCOMPLETE'))}: something was left as it is; see the failed steps below.`,
    );
  }
  if (state.aborted && !state.sentence?.includes(state.aborted.reason))
    add(lines, `Aborted by ${state.aborted.by}: ${state.aborted.reason}`, columns);
  for (const pointer of pointersIn(state)) add(lines, pointer, columns);
  for (const rollback of state.rollbacks) add(lines, rollbackSentence(rollback), columns);
  for (const decision of state.decisions) {
    lines.push(
      ...paragraph(decisionSentence(decision, state.sentence ?? ''), columns).map((line, index) =>
        index === 0 ? `${INDENT}${mayGoOnMark(decision, style)} ${line}` : `${INDENT}  ${line}`,
      ),
    );
  }
  for (const waiver of state.waivers) {
    add(
      lines,
      `Waiver: ${waiver.gate}, by ${waiver.by} as ${waiver.role}, until ${waiver.until}: ${waiver.reason}`,
      columns,
    );
  }
  const { bundle } = state;
  if (bundle !== undefined && bundle.missing.length > 0) {
    // The report says of each part why; here the names of the files are enough.
    const files = new Set(bundle.missing.map((what) => what.split(': ')[0] ?? what));
    add(lines, `Missing or incomplete in the bundle: ${[...files].join(', ')}`, columns);
  }
  const exit = opts.exitCode === undefined ? '' : `   (exit ${opts.exitCode})`;
  const evidence = shown(bundle?.path ?? state.evidenceDir, opts.cwd);
  if (evidence !== '')
    lines.push(`${INDENT}Evidence  ${style.accent(evidence)}${bundle?.report === undefined ? exit : ''}`);
  if (bundle?.report !== undefined)
    lines.push(`${INDENT}Report    ${style.accent(shown(bundle.report, opts.cwd))}${exit}`);
  if (bundle?.certificate !== undefined) lines.push(...certificateLines(bundle.certificate, style, opts.cwd));
  if (bundle?.key !== undefined && evidence !== '') lines.push(`${INDENT}Verify    ${verifyCommand(state, evidence)}`);
  return lines;
}

/** The level alone on its line: it is what is looked for. */
function certificateLines({ id, level, path }: CertificateRef, style: Style, cwd: string | undefined): string[] {
  const words = level === NO_LEVEL ? style.bad('NO LEVEL') : style.bold(clean(level, 300));
  return [`${INDENT}Certificate ${clean(id, 200)}: ${words}`, `${INDENT}  ${style.accent(shown(path, cwd))}`];
}

/** The command that an auditor runs; the key is named here, from outside of the bundle. */
function verifyCommand({ bundle, signing }: GoLiveState, path: string): string {
  const signers = signing?.level === 'signed' ? ' --signers allowed_signers' : '';
  return `golive verify ${path} --key ${clean(bundle?.key ?? '', 60)}${signers}`;
}

function mayGoOnMark(decision: DecisionState, style: Style): string {
  if (decision.verdict === undefined) return style.warn(SIGNS.pending);
  return mayGoOn(decision.verdict) ? style.good(SIGNS[decision.verdict]) : style.bad(SIGNS[decision.verdict]);
}

/** Without the sentence where the headline has said it already. */
function decisionSentence(decision: DecisionState, headline: string): string {
  const said = headline.includes(decision.sentence) ? '' : `. ${decision.sentence}`;
  return clean(`${decision.title}: ${(decision.verdict ?? 'pending').toUpperCase()}${said}`, 800);
}

/** `Rollback R3 done: Freeze the configuration.` */
export function rollbackSentence(rollback: RollbackState): string {
  const failed = rollback.steps.filter((step) => step.status === 'failed' || step.status === 'undo-failed');
  const what = failed.map((step) => `${step.id}: ${step.failure?.message ?? 'failed'}`).join('; ');
  const name = NAMES[rollback.id] ?? `Rollback ${rollback.id}`;
  const status = rollback.status === 'incomplete' ? 'INCOMPLETE' : rollback.status;
  return clean(`${name} ${status}: ${rollback.title}${what === '' ? '' : ` (${what})`}`, 800);
}

function add(lines: string[], text: string, columns: number): void {
  lines.push(...paragraph(clean(text, 1200), columns).map((line) => INDENT + line));
}

function paragraph(text: string, columns: number): string[] {
  return wrap(text, columns - INDENT.length - 1);
}

/** A path below the working folder as people type it. */
function shown(path: string, cwd: string | undefined): string {
  const text = clean(path, 400);
  return cwd !== undefined && text.startsWith(`${cwd}/`) ? `.${text.slice(cwd.length)}` : text;
}
