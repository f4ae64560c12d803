import type { Random } from './prng.js';
import { otherApplicant, otherBeneficiary, otherDischargePort, otherGoods } from './trade.js';
import type { Trade } from './trade.js';

export type Expected = 'pass' | 'warn' | 'reject' | 'blocked';

/** `clean`: no page scanned unless asked for; the others say how pages come in. */
export type Paperwork = 'mixed' | 'scanned' | 'ruined-credit';

export interface Scenario {
  id: string;
  expected: Expected;
  /** Cases in the full set and in the smoke sample. */
  full: number;
  smoke: number;
  paperwork: Paperwork;
  /** Changes a clean trade so that it shows the planted discrepancy. */
  plant(trade: Trade, random: Random): void;
}

/** One slip of the pen in a long word: two letters change places. */
export function slip(text: string, random: Random): string {
  const spots = [...text.matchAll(/[A-Z]{6,}/g)].flatMap((word) =>
    Array.from({ length: word[0].length - 3 }, (_, offset) => word.index + 1 + offset),
  );
  const swappable = spots.filter((at) => text[at] !== text[at + 1]);
  const at = random.pick(swappable);
  return `${text.slice(0, at)}${text[at + 1]}${text[at]}${text.slice(at + 2)}`;
}

const nothing = () => undefined;

export const SCENARIOS: readonly Scenario[] = [
  { id: 'clean', expected: 'pass', full: 18, smoke: 4, paperwork: 'mixed', plant: nothing },
  {
    id: 'within-tolerance',
    expected: 'pass',
    full: 8,
    smoke: 2,
    paperwork: 'mixed',
    plant(trade, random) {
      trade.tolerance = random.pick([5, 10]);
      trade.quantity += Math.floor((trade.quantity * random.int(1, trade.tolerance - 1)) / 100);
    },
  },
  { id: 'scanned-pages', expected: 'pass', full: 10, smoke: 2, paperwork: 'scanned', plant: nothing },
  {
    id: 'minor-typo',
    expected: 'warn',
    full: 9,
    smoke: 2,
    paperwork: 'mixed',
    plant(trade, random) {
      if (random.chance(0.5)) trade.shown.billGoods = slip(trade.goods, random);
      else trade.shown.seller = slip(trade.beneficiary, random);
    },
  },
  {
    id: 'wrong-reference',
    expected: 'warn',
    full: 5,
    smoke: 1,
    paperwork: 'mixed',
    plant(trade) {
      const last = Number(trade.creditNumber.slice(-1));
      trade.shown.invoiceReference = `${trade.creditNumber.slice(0, -1)}${(last + 3) % 10}`;
    },
  },
  {
    id: 'late-shipment',
    expected: 'reject',
    full: 5,
    smoke: 2,
    paperwork: 'mixed',
    plant(trade, random) {
      trade.shipped = trade.latestShipment + random.int(1, 4);
      trade.presented = trade.shipped + random.int(2, 5);
    },
  },
  {
    id: 'expired-credit',
    expected: 'reject',
    full: 4,
    smoke: 1,
    paperwork: 'mixed',
    plant(trade, random) {
      trade.expiry = trade.presented - random.int(1, 3);
    },
  },
  {
    id: 'stale-documents',
    expected: 'reject',
    full: 3,
    smoke: 0,
    paperwork: 'mixed',
    plant(trade, random) {
      trade.presented = trade.shipped + trade.presentationDays + random.int(1, 4);
    },
  },
  {
    id: 'overdrawn',
    expected: 'reject',
    full: 5,
    smoke: 1,
    paperwork: 'mixed',
    plant(trade, random) {
      trade.tolerance = random.chance(0.5) ? 5 : undefined;
      trade.quantity = Math.ceil(trade.quantity * (1.08 + random.next() * 0.1));
    },
  },
  {
    id: 'missing-document',
    expected: 'reject',
    full: 4,
    smoke: 1,
    paperwork: 'mixed',
    plant(trade, random) {
      trade.shown.missing = random.pick(['certificate_of_origin', 'packing_list', 'bill_of_lading']);
    },
  },
  {
    id: 'name-mismatch',
    expected: 'reject',
    full: 3,
    smoke: 1,
    paperwork: 'mixed',
    plant(trade, random) {
      if (random.chance(0.5)) trade.shown.seller = otherBeneficiary(random, trade.beneficiary);
      else trade.shown.buyer = otherApplicant(random, trade.applicant);
    },
  },
  {
    id: 'port-mismatch',
    expected: 'reject',
    full: 3,
    smoke: 1,
    paperwork: 'mixed',
    plant(trade, random) {
      trade.shown.dischargePort = otherDischargePort(random, trade.dischargePort);
    },
  },
  {
    id: 'goods-mismatch',
    expected: 'reject',
    full: 3,
    smoke: 1,
    paperwork: 'mixed',
    plant(trade, random) {
      trade.shown.invoiceGoods = otherGoods(random, trade.goods);
    },
  },
  {
    id: 'insurance-too-low',
    expected: 'reject',
    full: 3,
    smoke: 0,
    paperwork: 'mixed',
    plant(trade, random) {
      trade.term = 'CIF';
      trade.insuredShare = random.pick([1, 1.05, 1.08]);
    },
  },
  {
    id: 'claused-bill',
    expected: 'reject',
    full: 3,
    smoke: 0,
    paperwork: 'mixed',
    plant(trade, random) {
      trade.shown.remarks = random.pick([
        '12 CARTONS TORN AND RETAPED',
        'THREE PACKAGES WET BY RAIN',
        'PACKING INSUFFICIENT',
      ]);
    },
  },
  { id: 'unreadable-credit', expected: 'blocked', full: 4, smoke: 1, paperwork: 'ruined-credit', plant: nothing },
];
