import { both, issue } from './rule.js';
import type { Rule } from './rule.js';
import { showDay, showMoney } from './values.js';

/** Without :39A:, wording such as "about" allows 10 %; otherwise a shortfall of 5 % is borne (art. 30a, 30b). */
const ABOUT_PERCENT = 10;
const BORNE_SHORTFALL_PERCENT = 5;
const CIF_COVER = 1.1;

/** The invoice stays within the credit's amount and tolerance, in its currency. */
export const amount: Rule = {
  id: 'amount',
  articles: '18a(iii), 18b, 30a, 30b',
  check({ credit, papers }) {
    const pair = both(credit.amount, papers.get('commercial_invoice')?.money('total'));
    if (!pair || credit.tolerance.kind !== 'read') return [];
    const field = 'commercial_invoice.total';
    if (pair.a.currency !== pair.b.currency) {
      return [
        issue(
          'currency-differs',
          'critical',
          field,
          `invoiced in ${pair.b.currency}, the credit is in ${pair.a.currency}`,
        ),
      ];
    }
    const about = credit.goods.kind === 'read' && /^(ABOUT|APPROXIMATELY)\b/.test(credit.goods.value);
    const over = Math.max(credit.tolerance.value.over, about ? ABOUT_PERCENT : 0);
    const most = Math.floor((pair.a.cents * (100 + over)) / 100);
    if (pair.b.cents > most) {
      const limit = showMoney({ currency: pair.a.currency, cents: most });
      return [issue('overdrawn', 'critical', field, `invoice ${showMoney(pair.b)}, the credit allows ${limit}`)];
    }
    const under = Math.max(credit.tolerance.value.under, about ? ABOUT_PERCENT : 0, BORNE_SHORTFALL_PERCENT);
    const least = Math.ceil((pair.a.cents * (100 - under)) / 100);
    if (credit.partialShipments || pair.b.cents >= least) return [];
    return [issue('short-drawn', 'major', field, `invoice ${showMoney(pair.b)}: part shipment is not allowed`)];
  },
};

/** Quantity times unit price is the total. A misread figure shows here; a person looks at it (minor). */
export const arithmetic: Rule = {
  id: 'arithmetic',
  articles: '14a',
  check({ papers }) {
    const invoice = papers.get('commercial_invoice');
    const price = both(invoice?.count('quantity'), invoice?.money('unitPrice'));
    const total = invoice?.money('total');
    if (!price || total?.kind !== 'read' || price.a * price.b.cents === total.value.cents) return [];
    const message = `${price.a} × ${showMoney(price.b)} is not ${showMoney(total.value)}`;
    return [issue('invoice-arithmetic', 'minor', 'commercial_invoice.total', message)];
  },
};

/** Cover is in the credit's currency, at least 110 % of the invoice, and from the shipment day at the latest. */
export const insurance: Rule = {
  id: 'insurance',
  articles: '28e, 28f',
  check({ papers }) {
    const policy = papers.get('insurance_certificate');
    const found = [];
    const sums = both(papers.get('commercial_invoice')?.money('total'), policy?.money('insured'));
    if (sums && sums.a.currency !== sums.b.currency) {
      const message = `insured in ${sums.b.currency}, invoiced in ${sums.a.currency}`;
      found.push(issue('insurance-currency', 'critical', 'insurance_certificate.insured', message));
    } else if (sums && sums.b.cents < Math.floor(sums.a.cents * CIF_COVER)) {
      const percent = ((sums.b.cents / sums.a.cents) * 100).toFixed(1);
      const message = `${showMoney(sums.b)} is ${percent} % of the invoice, 110 % is needed`;
      found.push(issue('insurance-too-low', 'critical', 'insurance_certificate.insured', message));
    }
    const dates = both(papers.get('bill_of_lading')?.date('onBoard'), policy?.date('date'));
    if (dates && dates.b > dates.a) {
      const message = `issued ${showDay(dates.b)}, after shipment on ${showDay(dates.a)}`;
      found.push(issue('insurance-late', 'critical', 'insurance_certificate.date', message));
    }
    return found;
  },
};
