import type { Random } from './prng.js';

/** The facts of one sale under a credit: what the credit says, and what the documents show. Dates are UTC days. */
export interface Trade {
  creditNumber: string;
  currency: string;
  issued: number;
  expiry: number;
  latestShipment: number;
  presentationDays: number;
  creditCents: number;
  tolerance: number | undefined;
  partialShipments: boolean;
  term: 'CIF' | 'CFR';
  applicant: string;
  beneficiary: string;
  loadingPort: string;
  dischargePort: string;
  country: string;
  goods: string;
  unit: string;
  quantity: number;
  unitCents: number;
  shipped: number;
  presented: number;
  insuredShare: number;
  /** What single documents show instead of the facts above (the planted discrepancies). */
  shown: {
    seller?: string;
    buyer?: string;
    shipper?: string;
    invoiceGoods?: string;
    billGoods?: string;
    loadingPort?: string;
    dischargePort?: string;
    invoiceReference?: string;
    remarks?: string;
    missing?: string;
  };
}

const APPLICANTS = [
  'ALSTERHAVEN IMPORT GMBH',
  'NORDKAP MASCHINEN HANDEL GMBH',
  'VAN DER MEER TRADING B.V.',
  'PORTO ATLANTICO COMERCIO LDA',
  'RIVERBANK HOMEWARE LTD',
  'LUMIERE DISTRIBUTION S.A.',
  'BALTIC GREEN FOODS AS',
];
const BENEFICIARIES = [
  'NORTHSTAR MACHINERY CO. LTD',
  'JADE HARBOUR TEXTILES LTD',
  'SAIGON RIVER COFFEE EXPORT JSC',
  'BOSPHORUS CERAMICS INDUSTRY CORP',
  'CORAL COAST SEAFOOD CO. LTD',
  'MERIDIAN ELECTRIC WORKS LTD',
  'GREEN DELTA FURNITURE EXPORTS',
];
const ROUTES = [
  ['SHANGHAI', 'CHINA'],
  ['NINGBO', 'CHINA'],
  ['CHATTOGRAM', 'BANGLADESH'],
  ['HO CHI MINH CITY', 'VIETNAM'],
  ['IZMIR', 'TURKEY'],
  ['NHAVA SHEVA', 'INDIA'],
] as const;
const DESTINATIONS = [
  'HAMBURG, GERMANY',
  'ROTTERDAM, NETHERLANDS',
  'ANTWERP, BELGIUM',
  'FELIXSTOWE, UNITED KINGDOM',
  'LEIXOES, PORTUGAL',
];
const GOODS = [
  ['COTTON KNITTED T-SHIRTS, STYLE NO. KT-440, ASSORTED COLOURS', 'PCS'],
  ['ROASTED ARABICA COFFEE BEANS, SCREEN 18, IN JUTE BAGS OF 60 KG', 'BAGS'],
  ['GLAZED CERAMIC WALL TILES 30 X 60 CM, FIRST QUALITY', 'CARTONS'],
  ['THREE PHASE ELECTRIC MOTORS 7.5 KW, MODEL YE3-132', 'SETS'],
  ['FROZEN VANNAMEI SHRIMPS, HEADLESS, SIZE 16/20', 'CARTONS'],
  ['SOLID TEAK GARDEN CHAIRS, FOLDING, WITHOUT CUSHIONS', 'PCS'],
  ['STAINLESS STEEL KITCHEN SINKS, DOUBLE BOWL, 800 MM', 'PCS'],
] as const;

const DAY_ZERO = Date.UTC(2026, 0, 5) / 86_400_000;

/** A sale in which everything agrees. */
export function cleanTrade(random: Random): Trade {
  const [port, country] = random.pick(ROUTES);
  const [goods, unit] = random.pick(GOODS);
  const issued = DAY_ZERO + random.int(0, 40);
  const latestShipment = issued + random.int(50, 80);
  const shipped = latestShipment - random.int(3, 14);
  const presentationDays = random.pick([14, 15, 21]);
  const quantity = random.int(20, 400) * 10;
  const unitCents = random.int(900, 26_000);
  return {
    creditNumber: `LC26${random.int(10, 99)}${random.int(10_000, 99_999)}`,
    currency: random.pick(['USD', 'EUR', 'USD', 'GBP']),
    issued,
    expiry: latestShipment + presentationDays + random.int(5, 10),
    latestShipment,
    presentationDays,
    creditCents: quantity * unitCents,
    tolerance: undefined,
    partialShipments: random.chance(0.5),
    term: random.chance(0.7) ? 'CIF' : 'CFR',
    applicant: random.pick(APPLICANTS),
    beneficiary: random.pick(BENEFICIARIES),
    loadingPort: `${port}, ${country}`,
    dischargePort: random.pick(DESTINATIONS),
    country,
    goods,
    unit,
    quantity,
    unitCents,
    shipped,
    presented: shipped + random.int(4, presentationDays - 2),
    insuredShare: 1.1,
    shown: {},
  };
}

/** Another name, port or article than the given one. */
export function otherBeneficiary(random: Random, than: string): string {
  return random.pick(BENEFICIARIES.filter((name) => name !== than));
}
export function otherApplicant(random: Random, than: string): string {
  return random.pick(APPLICANTS.filter((name) => name !== than));
}
export function otherDischargePort(random: Random, than: string): string {
  return random.pick(DESTINATIONS.filter((name) => name !== than));
}
export function otherGoods(random: Random, than: string): string {
  return random.pick(GOODS.filter(([name]) => name !== than))[0];
}
