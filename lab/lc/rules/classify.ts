import { findTags } from './credit.js';
import { findNear, pageLines, shape } from './text.js';
import { DOCUMENT_TYPES } from './types.js';
import type { DocumentType, InputDocument } from './types.js';

/** Headlines by type; the first lines of a page decide, since covers and credits name other documents below. */
const HEADLINES: [DocumentType, string[]][] = [
  ['presentation_cover', ['PRESENTATION OF DOCUMENTS', 'SCHEDULE OF DOCUMENTS']],
  ['insurance_certificate', ['INSURANCE CERTIFICATE', 'INSURANCE POLICY']],
  ['certificate_of_origin', ['CERTIFICATE OF ORIGIN']],
  ['bill_of_lading', ['BILL OF LADING']],
  ['packing_list', ['PACKING LIST']],
  ['commercial_invoice', ['COMMERCIAL INVOICE']],
];
const HEAD_LINES = 3;
const TAGS_OF_A_CREDIT = 4;

/** What a document is: the sender's word when it is a known type, else by headline, else by MT700 tags. */
export function classify(document: InputDocument): DocumentType | 'unknown' {
  const declared = DOCUMENT_TYPES.find((type) => type === document.type);
  if (declared) return declared;
  const lines = pageLines(document.text);
  const head = lines
    .filter((line) => line.trim() !== '')
    .slice(0, HEAD_LINES)
    .map(shape);
  for (const [type, headlines] of HEADLINES) {
    if (head.some((line) => headlines.some((headline) => findNear(line, shape(headline)) >= 0))) return type;
  }
  return findTags(lines).size >= TAGS_OF_A_CREDIT ? 'letter_of_credit' : 'unknown';
}
