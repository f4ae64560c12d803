import { both, issue } from './rule.js';
import type { Rule } from './rule.js';
import { showDay } from './values.js';

/** The day of presentation is not after the expiry date. */
export const expiry: Rule = {
  id: 'expiry',
  articles: '6d, 6e',
  check({ credit, papers }) {
    const pair = both(credit.expiry, papers.get('presentation_cover')?.date('presented'));
    if (!pair || pair.b <= pair.a) return [];
    const message = `presented ${showDay(pair.b)}, the credit expired ${showDay(pair.a)}`;
    return [issue('credit-expired', 'critical', 'presentation_cover.presented', message)];
  },
};

/** Presentation within the days of :48:, or 21, after shipment. */
export const presentationPeriod: Rule = {
  id: 'presentation-period',
  articles: '14c',
  check({ credit, papers }) {
    const dates = both(
      papers.get('bill_of_lading')?.date('onBoard'),
      papers.get('presentation_cover')?.date('presented'),
    );
    if (!dates || credit.presentationDays.kind !== 'read') return [];
    const days = dates.b - dates.a;
    const limit = credit.presentationDays.value;
    if (days <= limit) return [];
    const message = `presented ${days} days after shipment, the credit allows ${limit}`;
    return [issue('late-presentation', 'critical', 'presentation_cover.presented', message)];
  },
};

/** The on-board date is the date of shipment; it is not after :44C:. */
export const latestShipment: Rule = {
  id: 'latest-shipment',
  articles: '20a(ii)',
  check({ credit, papers }) {
    const pair = both(credit.latestShipment, papers.get('bill_of_lading')?.date('onBoard'));
    if (!pair || pair.b <= pair.a) return [];
    const message = `shipped ${showDay(pair.b)}, latest shipment was ${showDay(pair.a)}`;
    return [issue('late-shipment', 'critical', 'bill_of_lading.onBoard', message)];
  },
};
