import { amount, arithmetic, insurance } from './amounts.js';
import { classify } from './classify.js';
import { isReadable, parseCredit } from './credit.js';
import type { Credit } from './credit.js';
import { expiry, latestShipment, presentationPeriod } from './dates.js';
import { readings, requiredDocuments, unreadable } from './documents.js';
import { Paper, isPaperType } from './papers.js';
import type { PaperType } from './papers.js';
import { issue } from './rule.js';
import type { Presentation, Rule } from './rule.js';
import { pageLines, readPath } from './text.js';
import { DOCUMENT_TYPES } from './types.js';
import type { Classified, InputDocument, Issue, Outcome, RuleConfig, Verdict } from './types.js';
import { cleanOnBoard, goods, parties, ports, reference } from './wordings.js';

export const RULES: readonly Rule[] = [
  requiredDocuments,
  expiry,
  presentationPeriod,
  latestShipment,
  amount,
  arithmetic,
  insurance,
  parties,
  goods,
  ports,
  reference,
  cleanOnBoard,
  unreadable,
];

/** Confidence lost when every page is scanned. */
const OCR_PENALTY = 0.15;

/** Critical or major → reject, only minor → warn, none → pass. */
export function verdictOf(issues: readonly Issue[]): Verdict {
  if (issues.some(({ severity }) => severity !== 'minor')) return 'reject';
  return issues.length > 0 ? 'warn' : 'pass';
}

interface Intake {
  classified: Classified[];
  credit: Credit | undefined;
  papers: Map<PaperType, Paper>;
  /** Why documents could not be taken in; each blocks the case. */
  refused: Issue[];
}

function takeIn(documents: readonly InputDocument[], config: RuleConfig): Intake {
  const intake: Intake = { classified: [], credit: undefined, papers: new Map(), refused: [] };
  for (const document of documents) {
    const path = readPath(document.text);
    const all = pageLines(document.text);
    const lines = config.readShare < 1 ? all.slice(0, Math.floor(all.length * config.readShare)) : all;
    const type = classify({ ...document, text: all.join('\n') });
    intake.classified.push({ name: document.name, type, path });
    if (type !== 'unknown' && !config.acceptedTypes.includes(type)) {
      const message = `documents of type ${type} are not accepted by this deployment (DOCUMENT_TYPES)`;
      intake.refused.push(issue('document-type-not-accepted', 'critical', document.name, message));
    } else if (path === 'ocr' && !config.ocrEnabled) {
      const message = 'a scanned page needs OCR, which is off in this deployment (OCR_ENABLED)';
      intake.refused.push(issue('ocr-disabled', 'critical', document.name, message));
    } else if (type === 'letter_of_credit') {
      intake.credit ??= parseCredit(lines, path === 'ocr');
    } else if (isPaperType(type) && !intake.papers.has(type)) {
      intake.papers.set(type, new Paper(type, lines, path === 'ocr'));
    }
  }
  return intake;
}

function summary(intake: Intake, presentation: Presentation | undefined) {
  const fields = presentation ? readings(presentation) : [];
  const extracted = fields.filter(({ read }) => read.kind === 'read').length;
  const scanned = intake.classified.filter(({ path }) => path === 'ocr').length / Math.max(1, intake.classified.length);
  const confidence = fields.length === 0 ? 0 : (extracted / fields.length) * (1 - OCR_PENALTY * scanned);
  return {
    documents: intake.classified.length,
    fields_extracted: extracted,
    fields_expected: fields.length,
    confidence: Math.round(confidence * 1000) / 1000,
  };
}

/**
 * Examines a presentation against its credit. Pure: the same input gives the same outcome.
 * @returns `blocked` when the credit cannot be read or documents are not accepted; else the verdict of the issues.
 */
export function validateCase(documents: readonly InputDocument[], config: RuleConfig): Outcome {
  const intake = takeIn(documents, config);
  const detected = intake.classified.some(({ type }) => type === 'letter_of_credit');
  const readable = intake.credit !== undefined && isReadable(intake.credit);
  const presentation: Presentation | undefined =
    readable && intake.credit ? { credit: intake.credit, papers: intake.papers, typos: config.typos } : undefined;
  const issues = [...intake.refused];
  if (!presentation && intake.refused.length === 0) {
    const message = detected
      ? 'most core fields of the credit cannot be read'
      : 'no document was recognised as the credit';
    issues.push(issue('credit-unreadable', 'critical', 'letter_of_credit', message));
  }
  const blocked = issues.length > 0 || !presentation;
  if (!blocked) {
    for (const rule of RULES) if (!config.rulesOff.includes(rule.id)) issues.push(...rule.check(presentation));
  }
  const present = new Set(intake.classified.map(({ type }) => type));
  return {
    verdict: blocked ? 'blocked' : verdictOf(issues),
    structured_result: {
      lc_detected: detected,
      documents_present: Object.fromEntries(DOCUMENT_TYPES.map((type) => [type, present.has(type)])),
      extraction_summary: summary(intake, presentation),
      issues,
    },
    classified: intake.classified,
  };
}
