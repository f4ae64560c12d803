import { describe, expect, test } from '@jest/globals';
import { pages } from '../../../lab/lc/cases/papers.js';
import { Random } from '../../../lab/lc/cases/prng.js';
import { cleanTrade } from '../../../lab/lc/cases/trade.js';
import type { Trade } from '../../../lab/lc/cases/trade.js';
import { DEFAULT_RULES } from '../../../lab/lc/rules/types.js';
import type { RuleConfig } from '../../../lab/lc/rules/types.js';
import { RULES, validateCase } from '../../../lab/lc/rules/validate.js';

/** A sale in round figures: 1000 pieces at 50.00, CIF, presented 10 of 21 days after shipment. */
function trade(): Trade {
  const base = cleanTrade(new Random(1));
  const shipped = Date.UTC(2026, 2, 10) / 86_400_000;
  return {
    ...base,
    currency: 'USD',
    term: 'CIF',
    quantity: 1000,
    unitCents: 5000,
    creditCents: 5_000_000,
    partialShipments: false,
    shipped,
    latestShipment: shipped + 5,
    presentationDays: 21,
    presented: shipped + 10,
    expiry: shipped + 40,
    goods: 'SOLID TEAK GARDEN CHAIRS, FOLDING',
    beneficiary: 'NORTHSTAR MACHINERY CO. LTD',
    applicant: 'RIVERBANK HOMEWARE LTD',
    loadingPort: 'NINGBO, CHINA',
    dischargePort: 'HAMBURG, GERMANY',
  };
}

function examine(
  change: (sale: Trade) => void,
  config: Partial<RuleConfig> = {},
  edit: (text: string) => string = (t) => t,
) {
  const sale = trade();
  change(sale);
  const documents = pages(sale, new Random(2)).map((page) => ({ ...page, text: edit(page.text) }));
  const { verdict, structured_result } = validateCase(documents, { ...DEFAULT_RULES, ...config });
  return { verdict, codes: structured_result.issues.map(({ code }) => code), result: structured_result };
}

const same = () => undefined;

test('a presentation in which everything agrees passes without an issue', () => {
  const { verdict, codes, result } = examine(same);
  expect({ verdict, codes }).toEqual({ verdict: 'pass', codes: [] });
  expect(result.extraction_summary.fields_extracted).toBe(result.extraction_summary.fields_expected);
  expect(result.documents_present.insurance_certificate).toBe(true);
});

describe('each rule on both sides of its limit', () => {
  const rows: [string, (sale: Trade) => void, string, string[]][] = [
    ['presented on the expiry day', (s) => (s.expiry = s.presented), 'pass', []],
    ['presented a day after expiry', (s) => (s.expiry = s.presented - 1), 'reject', ['credit-expired']],
    ['presented on the last day of the period', (s) => (s.presented = s.shipped + 21), 'pass', []],
    ['presented a day after the period', (s) => (s.presented = s.shipped + 22), 'reject', ['late-presentation']],
    ['shipped on the latest day', (s) => (s.latestShipment = s.shipped), 'pass', []],
    ['shipped a day late', (s) => (s.latestShipment = s.shipped - 1), 'reject', ['late-shipment']],
    ['one piece over without tolerance', (s) => (s.quantity = 1001), 'reject', ['overdrawn']],
    ['exactly the tolerance over', (s) => Object.assign(s, { tolerance: 5, quantity: 1050 }), 'pass', []],
    ['a piece over the tolerance', (s) => Object.assign(s, { tolerance: 5, quantity: 1051 }), 'reject', ['overdrawn']],
    ['5 % short, part shipment not allowed', (s) => (s.quantity = 950), 'pass', []],
    ['more than 5 % short, part shipment not allowed', (s) => (s.quantity = 949), 'reject', ['short-drawn']],
    ['short, part shipment allowed', (s) => Object.assign(s, { quantity: 500, partialShipments: true }), 'pass', []],
    ['about: 10 % over', (s) => Object.assign(s, { goods: `ABOUT ${s.goods}`, quantity: 1100 }), 'pass', []],
    ['insured for 110 %', (s) => (s.insuredShare = 1.1), 'pass', []],
    ['insured for 109.9 %', (s) => (s.insuredShare = 1.099), 'reject', ['insurance-too-low']],
    ['another seller', (s) => (s.shown.seller = 'GREEN DELTA FURNITURE EXPORTS'), 'reject', ['name-differs']],
    ['another buyer', (s) => (s.shown.buyer = 'BALTIC GREEN FOODS AS'), 'reject', ['name-differs']],
    ['the short form of a name', (s) => (s.shown.seller = 'Northstar Machinery Company Limited'), 'pass', []],
    ['a slip in a name', (s) => (s.shown.seller = 'NORTHSTAR MACHINREY CO. LTD'), 'warn', ['name-differs-typo']],
    ['other goods', (s) => (s.shown.invoiceGoods = 'FROZEN SHRIMPS, HEADLESS'), 'reject', ['goods-differ']],
    [
      'a slip in the goods',
      (s) => (s.shown.billGoods = 'SOLID TEAK GARDNE CHAIRS, FOLDING'),
      'warn',
      ['goods-differ-typo'],
    ],
    ['another port of discharge', (s) => (s.shown.dischargePort = 'ANTWERP, BELGIUM'), 'reject', ['port-differs']],
    ['another port of loading', (s) => (s.shown.loadingPort = 'IZMIR, TURKEY'), 'reject', ['port-differs']],
    ['another credit number quoted', (s) => (s.shown.invoiceReference = 'LC99999'), 'warn', ['reference-differs']],
    ['a claused bill', (s) => (s.shown.remarks = '3 CARTONS TORN'), 'reject', ['claused-bill']],
    ['no certificate of origin', (s) => (s.shown.missing = 'certificate_of_origin'), 'reject', ['document-missing']],
    ['no insurance under CIF', (s) => (s.shown.missing = 'insurance_certificate'), 'reject', ['document-missing']],
    ['no insurance under CFR', (s) => (s.term = 'CFR'), 'pass', []],
  ];
  test.each(rows)('%s', (_name, change, verdict, codes) => {
    expect(examine(change)).toMatchObject({ verdict, codes });
  });
});

describe('what cannot be read never passes in silence', () => {
  const rows: [string, (text: string) => string, string, string][] = [
    [
      'an unreadable on-board date',
      (t) => t.replace(/SHIPPED ON BOARD: .*/, 'SHIPPED ON BOARD: ?? MAR 2?26'),
      'warn',
      'field-unreadable',
    ],
    [
      'a day that does not exist',
      (t) => t.replace(/SHIPPED ON BOARD: .*/, 'SHIPPED ON BOARD: 31 FEB 2026'),
      'warn',
      'field-unreadable',
    ],
    ['no on-board notation', (t) => t.replace(/SHIPPED ON BOARD: .*\n/, ''), 'reject', 'not-on-board'],
    [
      'an amount with broken thousands',
      (t) => t.replace(/TOTAL AMOUNT: .*/, 'TOTAL AMOUNT: USD 50,00.00'),
      'warn',
      'field-unreadable',
    ],
    [
      'a misread figure',
      (t) => t.replace(/TOTAL AMOUNT: .*/, 'TOTAL AMOUNT: USD 48,000.00'),
      'warn',
      'invoice-arithmetic',
    ],
    ['another currency', (t) => t.replace('TOTAL AMOUNT: USD', 'TOTAL AMOUNT: EUR'), 'reject', 'currency-differs'],
    [
      'a clause nobody understands',
      (t) => t.replace('+PACKING LIST', '+BENEFICIARY STATEMENT'),
      'warn',
      'clause-not-understood',
    ],
    [
      'a policy dated after shipment',
      (t) => t.replace(/(RISKS.*\nDATE OF ISSUE): .*/, '$1: 11 MAR 2026'),
      'reject',
      'insurance-late',
    ],
    ['no credit at all', (t) => t.replace(/^:\w+:.*$/gm, 'x'), 'blocked', 'credit-unreadable'],
  ];
  test.each(rows)('%s', (_name, edit, verdict, code) => {
    const found = examine(same, {}, edit);
    expect(found.verdict).toBe(verdict);
    expect(found.codes).toContain(code);
  });

  test('look-alike characters on a scanned page are read, on a digital one they are not', () => {
    const misread = (text: string) =>
      text
        .replace('SHIPPED ON BOARD: 10 MAR 2026', 'SHIPPED ON BOARD: lO MAR 2O26')
        .replace(/(SELLER|EXPORTER): NORTHSTAR/, '$1: N0RTHSTAR');
    const scanned = (text: string) => `--- page 1 of 1 (scanned image, 150 dpi) ---\n${misread(text)}`;
    expect(examine(same, {}, scanned)).toMatchObject({ verdict: 'pass', codes: [] });
    expect(examine(same, {}, misread).verdict).not.toBe('pass');
  });
});

describe('deployment settings', () => {
  test('a document type that is not accepted blocks the case and says so', () => {
    const { verdict, result } = examine(same, { acceptedTypes: ['commercial_invoice'] });
    expect(verdict).toBe('blocked');
    expect(result.issues[0]).toMatchObject({
      code: 'document-type-not-accepted',
      message: expect.stringContaining('DOCUMENT_TYPES'),
    });
    expect(result.lc_detected).toBe(true);
  });

  test('a scanned page blocks the case while OCR is off', () => {
    const scan = (text: string) => `--- page 1 of 1 (scanned image, 300 dpi) ---\n${text}`;
    expect(examine(same, { ocrEnabled: false }, scan)).toMatchObject({ verdict: 'blocked' });
    expect(examine(same, { ocrEnabled: false }).verdict).toBe('pass');
  });

  test('a rule that is switched off is not applied, and only that one', () => {
    const late = (sale: Trade) => (sale.latestShipment = sale.shipped - 1);
    expect(examine(late, { rulesOff: ['latest-shipment'] }).verdict).toBe('pass');
    expect(examine(late, { rulesOff: ['amount'] }).verdict).toBe('reject');
  });

  test('lenient reading overlooks slips, not differences', () => {
    const slip = (sale: Trade) => (sale.shown.seller = 'NORTHSTAR MACHINREY CO. LTD');
    const other = (sale: Trade) => (sale.shown.seller = 'GREEN DELTA FURNITURE EXPORTS');
    expect(examine(slip, { typos: 'lenient' }).verdict).toBe('pass');
    expect(examine(other, { typos: 'lenient' }).verdict).toBe('reject');
  });
});

test('rule ids are unique and each names its articles', () => {
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
  for (const { articles } of RULES) expect(articles).toMatch(/\d/);
});
