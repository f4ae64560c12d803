import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { readSigners, type Signer } from '../../model/signing/allowed-signers.js';
import { parseDuration } from '../../model/duration.js';
import type { Mode } from '../../model/plan/plan.js';
import type { Project } from '../../model/schema/format/project.js';
import type { SigningPlan } from '../../model/signing/signing.js';
import { CliError } from '../errors.js';

const SIGNERS = 'allowed_signers';
const LARGEST = 1024 * 1024;

/** The signers of a project, read and checked. @throws CliError (exit 2) with every line that cannot be used */
export function openSigners(project: Project, folder: string): { path: string; text: string; signers: Signer[] } {
  const path = resolve(folder, project.approvals?.signers ?? SIGNERS);
  if (!existsSync(path) || !statSync(path).isFile() || statSync(path).size > LARGEST) {
    throw new CliError('There is no file of allowed signers, so nobody can prove who they are.', {
      exitCode: 2,
      where: path,
      hint: 'Write it (docs/approvals.md shows a line), or set approvals.level: declared in golive.yaml, which the evidence will show.',
    });
  }
  const text = readFileSync(path, 'utf8');
  const { signers, problems } = readSigners(text);
  if (problems.length === 0) return { path, text, signers };
  const lines = problems.map(({ line, message, hint }) => `${path}:${line}  ${message}\n  hint: ${hint}`);
  throw new CliError(
    `The file of allowed signers has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}.\n${lines.join('\n')}`,
    {
      exitCode: 2,
      hint: 'Mend it; `golive keys` reads it again.',
    },
  );
}

/** Person → principal; no two people share one. */
export function principalsOf({ people = {} }: Project): Record<string, string> {
  return Object.fromEntries(
    Object.entries(people).flatMap(([name, { principal }]) => (principal === undefined ? [] : [[name, principal]])),
  );
}

/**
 * How people prove who they are in a go-live: signed in live mode and where the project says so, declared otherwise.
 * A live go-live with declared names says so in its plan, and with it in its evidence.
 *
 * @param preview only to look at: what is missing is no error
 * @throws CliError (exit 2)
 */
export function signingPlan(project: Project, folder: string, mode: Mode, preview: boolean): SigningPlan | undefined {
  const level = project.approvals?.level ?? (mode === 'live' ? 'signed' : 'declared');
  if (level === 'declared') return mode === 'live' ? { level, signers: '', principals: {} } : undefined;
  if (preview && !existsSync(resolve(folder, project.approvals?.signers ?? SIGNERS))) return undefined;
  const { text } = openSigners(project, folder);
  const { revoked, breakGlass } = project.approvals ?? {};
  return {
    level,
    signers: text,
    principals: principalsOf(project),
    ...(revoked === undefined ? {} : { revoked: resolve(folder, revoked) }),
    ...(breakGlass === undefined ? {} : { breakGlass: { reviewMs: parseDuration(breakGlass.reviewWithin) ?? 0 } }),
  };
}
