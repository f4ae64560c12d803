import { SIGNS } from '../../model/state/signs.js';
import { clean } from './text.js';
import { type Finding, type FindingClass, KEPT } from '../../evidence/verify/finding.js';
import type { Verification } from '../../evidence/verify/verify.js';

const WORDS: Record<FindingClass, string> = {
  altered: 'ALTERED',
  untrusted: 'NOT TRUSTED',
  unreadable: 'NOT READ',
  incomplete: 'NOT COMPLETE',
  other: 'ANOTHER GO-LIVE',
  policy: 'AGAINST ITS RULES',
  history: 'ANOTHER WORKFLOW',
};
/** Findings that are printed; `--json` has all. */
const SHOWN = 20;

/** A verification as people read it: what was looked at, what does not hold, and one sentence. */
export function verificationLines(verification: Verification): string[] {
  const { bundle, ok, exitCode, seal, sentence, checks, notJudged, findings, findingCount } = verification;
  const width = Math.max(...checks.map(({ what }) => what.length));
  const lines = checks.map(({ what, count, findings: bad, note, absent }) => {
    const said = note === undefined ? '' : `  ${clean(note, 100)}`;
    const sign = bad > 0 ? SIGNS.failed : absent ? SIGNS.skipped : SIGNS.passed;
    return `${sign} ${what.padEnd(width)}  ${String(count).padStart(5)}${said}`;
  });
  const listed = findings.slice(0, SHOWN).map(findingLine);
  const more = findingCount > SHOWN ? [`  and ${findingCount - SHOWN} more${moreIn(findingCount)}`] : [];
  const verdict =
    ok && seal
      ? [
          `VERIFIED: ${clean(seal.goLive, 120)} (${seal.mode === 'live' ? 'LIVE' : `REHEARSAL ×${seal.timeScale}`}), ${seal.verdict.toUpperCase()}, ended ${seal.endedAt}.`,
          ...(sentence === undefined ? [] : [clean(sentence, 400)]),
          ...(seal.approvals === 'declared' ? ['Its approvals are declared names: given, not proven.'] : []),
        ]
      : [`NOT VERIFIED: ${clean(bundle, 200)} (exit ${exitCode})`];
  const taken = notJudged.map(({ count, what, why }) => `${count} ${what}: ${clean(why, 300)}`);
  const left = taken.length === 0 ? [] : [`Not judged again: ${taken.join('; ')}.`];
  return [...lines, '', ...listed, ...more, ...(listed.length > 0 ? [''] : []), ...verdict, ...left];
}

const moreIn = (count: number): string => `; --json lists ${count <= KEPT ? 'them' : `the first ${KEPT}`}`;

function findingLine({ class: kind, item, message }: Finding): string {
  return `  ${WORDS[kind]}  ${clean(item, 160)} ${clean(message, 400)}`;
}
