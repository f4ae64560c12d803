import { issue } from './rule.js';
import type { Presentation, Rule } from './rule.js';
import { isPaperType } from './papers.js';
import type { PaperType } from './papers.js';
import type { Issue, Read } from './types.js';

/** Every document that :46A: asks for is there. A clause that is not understood goes to a person (minor). */
export const requiredDocuments: Rule = {
  id: 'required-documents',
  articles: '14a, 14g',
  check({ credit, papers }) {
    if (credit.requirements.kind !== 'read') return [];
    const found: Issue[] = [];
    for (const { clause, type } of credit.requirements.value) {
      if (type === undefined) {
        found.push(issue('clause-not-understood', 'minor', 'credit.46A', `not understood: "${clause}"`));
      } else if (isPaperType(type) && !papers.has(type)) {
        found.push(issue('document-missing', 'critical', `documents.${type}`, `the credit asks for: "${clause}"`));
      }
    }
    return found;
  },
};

interface Reading {
  field: string;
  read: Read<unknown>;
}

const NEEDED: [PaperType, string, 'text' | 'date' | 'money' | 'count'][] = [
  ['commercial_invoice', 'seller', 'text'],
  ['commercial_invoice', 'buyer', 'text'],
  ['commercial_invoice', 'goods', 'text'],
  ['commercial_invoice', 'reference', 'text'],
  ['commercial_invoice', 'quantity', 'count'],
  ['commercial_invoice', 'unitPrice', 'money'],
  ['commercial_invoice', 'total', 'money'],
  ['bill_of_lading', 'shipper', 'text'],
  ['bill_of_lading', 'goods', 'text'],
  ['bill_of_lading', 'loadingPort', 'text'],
  ['bill_of_lading', 'dischargePort', 'text'],
  ['bill_of_lading', 'onBoard', 'date'],
  ['bill_of_lading', 'remarks', 'text'],
  ['insurance_certificate', 'insured', 'money'],
  ['insurance_certificate', 'goods', 'text'],
  ['insurance_certificate', 'date', 'date'],
  ['certificate_of_origin', 'goods', 'text'],
  ['packing_list', 'goods', 'text'],
  ['presentation_cover', 'presented', 'date'],
];

/** All fields that the rules need from this presentation, read or not. */
export function readings({ credit, papers }: Presentation): Reading[] {
  const all: Reading[] = Object.entries(credit)
    .filter(([field]) => field !== 'partialShipments')
    .map(([field, read]) => ({ field: `credit.${field}`, read: read as Read<unknown> }));
  for (const [type, field, shape] of NEEDED) {
    const paper = papers.get(type);
    if (paper) all.push({ field: `${type}.${field}`, read: paper[shape](field) });
  }
  if (!papers.has('presentation_cover')) all.push({ field: 'presentation_cover.presented', read: { kind: 'absent' } });
  return all;
}

/** A field that could not be read cannot be judged: it never passes in silence (minor: a person looks). */
export const unreadable: Rule = {
  id: 'unreadable',
  articles: '14a',
  check(presentation) {
    return readings(presentation)
      .filter(({ read }) => read.kind !== 'read')
      .map(({ field, read }) => {
        const why = read.kind === 'unreadable' ? `"${read.raw.trim().slice(0, 60)}" cannot be read` : 'not found';
        return issue('field-unreadable', 'minor', field, why);
      });
  },
};
