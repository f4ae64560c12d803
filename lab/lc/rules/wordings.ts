import { compareWording, issue } from './rule.js';
import type { Rule } from './rule.js';
import { findNear, shape } from './text.js';
import type { Issue } from './types.js';

/** The beneficiary issues the invoice, in the applicant's name; it also ships. */
export const parties: Rule = {
  id: 'parties',
  articles: '18a(i), 18a(ii), 14j',
  check(presentation) {
    const { credit, papers } = presentation;
    const invoice = papers.get('commercial_invoice');
    const bill = papers.get('bill_of_lading');
    const as = (field: string, what: string) => ({ code: 'name-differs', severity: 'critical' as const, field, what });
    return [
      ...compareWording(
        presentation,
        credit.beneficiary,
        invoice?.text('seller'),
        as('commercial_invoice.seller', 'beneficiary'),
      ),
      ...compareWording(
        presentation,
        credit.applicant,
        invoice?.text('buyer'),
        as('commercial_invoice.buyer', 'applicant'),
      ),
      ...compareWording(
        presentation,
        credit.beneficiary,
        bill?.text('shipper'),
        as('bill_of_lading.shipper', 'beneficiary'),
      ),
    ];
  },
};

const GOODS_PAPERS = ['bill_of_lading', 'insurance_certificate', 'certificate_of_origin', 'packing_list'] as const;

/** The invoice describes the goods as the credit does; other documents may not conflict. */
export const goods: Rule = {
  id: 'goods',
  articles: '18c, 14d, 14e',
  check(presentation) {
    const { credit, papers } = presentation;
    const as = (field: string) => ({
      code: 'goods-differ',
      severity: 'major' as const,
      field,
      what: 'description of goods',
    });
    const found = compareWording(
      presentation,
      credit.goods,
      papers.get('commercial_invoice')?.text('goods'),
      as('commercial_invoice.goods'),
    );
    for (const type of GOODS_PAPERS) {
      found.push(...compareWording(presentation, credit.goods, papers.get(type)?.text('goods'), as(`${type}.goods`)));
    }
    return found;
  },
};

/** Ports of the bill of lading are those of :44E: and :44F:. */
export const ports: Rule = {
  id: 'ports',
  articles: '20a(iii)',
  check(presentation) {
    const { credit, papers } = presentation;
    const bill = papers.get('bill_of_lading');
    const as = (field: string, what: string) => ({ code: 'port-differs', severity: 'critical' as const, field, what });
    return [
      ...compareWording(
        presentation,
        credit.loadingPort,
        bill?.text('loadingPort'),
        as('bill_of_lading.loadingPort', 'port of loading'),
      ),
      ...compareWording(
        presentation,
        credit.dischargePort,
        bill?.text('dischargePort'),
        as('bill_of_lading.dischargePort', 'port of discharge'),
      ),
    ];
  },
};

const REFERENCE_PAPERS = ['commercial_invoice', 'packing_list', 'presentation_cover'] as const;

/** Documents that quote the credit's number quote it rightly. */
export const reference: Rule = {
  id: 'reference',
  articles: '14d',
  check({ credit, papers }) {
    const found: Issue[] = [];
    if (credit.reference.kind !== 'read') return found;
    for (const type of REFERENCE_PAPERS) {
      const quoted = papers.get(type)?.text('reference');
      if (quoted?.kind !== 'read' || shape(quoted.value) === shape(credit.reference.value)) continue;
      const message = `quotes credit ${quoted.value}, this is ${credit.reference.value}`;
      found.push(issue('reference-differs', 'minor', `${type}.reference`, message));
    }
    return found;
  },
};

/** Wording that declares goods or packing defective. */
const CLAUSES = ['DAMAGED', 'TORN', 'RUSTED', 'BROKEN', 'LEAKING', 'INSUFFICIENT', 'WET BY', 'STAINED'];

/** The bill shows goods on board, and carries no clause on a defect of goods or packing. */
export const cleanOnBoard: Rule = {
  id: 'clean-on-board',
  articles: '20a(ii), 27',
  check({ papers }) {
    const bill = papers.get('bill_of_lading');
    if (!bill) return [];
    if (bill.text('onBoard').kind === 'absent') {
      return [issue('not-on-board', 'critical', 'bill_of_lading.onBoard', 'the bill shows no on-board date')];
    }
    const remarks = bill.text('remarks');
    if (remarks.kind !== 'read') return [];
    const hay = shape(remarks.value);
    const clause = CLAUSES.find((word) => findNear(hay, shape(word)) >= 0);
    return clause
      ? [issue('claused-bill', 'critical', 'bill_of_lading.remarks', `the bill is claused: "${remarks.value}"`)]
      : [];
  },
};
