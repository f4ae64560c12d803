import type { Random } from './prng.js';
import type { Trade } from './trade.js';

/** One page before noise. */
export interface Page {
  name: string;
  type: string;
  text: string;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

function iso(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

function swift(day: number): string {
  return iso(day).slice(2).replaceAll('-', '');
}

function paper(day: number): string {
  const [year, month, date] = iso(day).split('-');
  return `${date} ${MONTHS[Number(month) - 1]} ${year}`;
}

function money(currency: string, cents: number): string {
  const [whole, part] = (cents / 100).toFixed(2).split('.');
  return `${currency} ${(whole ?? '').replace(/\B(?=(\d{3})+$)/g, ',')}.${part}`;
}

function credit(trade: Trade): string {
  const amount = (trade.creditCents / 100).toFixed(2).replace('.', ',');
  const asked = [
    '+SIGNED COMMERCIAL INVOICE IN TRIPLICATE QUOTING THE CREDIT NUMBER',
    '+FULL SET OF CLEAN ON BOARD OCEAN BILLS OF LADING MADE OUT TO ORDER',
    '+CERTIFICATE OF ORIGIN ISSUED BY A CHAMBER OF COMMERCE',
    '+PACKING LIST IN DUPLICATE',
  ];
  if (trade.term === 'CIF') asked.push('+INSURANCE POLICY OR CERTIFICATE FOR 110 PERCENT OF CIF VALUE');
  return [
    ':27:1/1',
    ':40A:IRREVOCABLE',
    `:20:${trade.creditNumber}`,
    `:31C:${swift(trade.issued)}`,
    ':40E:UCP LATEST VERSION',
    `:31D:${swift(trade.expiry)}COUNTER OF NOMINATED BANK`,
    `:50:${trade.applicant}`,
    '12 QUAYSIDE',
    `:59:${trade.beneficiary}`,
    '88 EXPORT ZONE',
    `:32B:${trade.currency}${amount}`,
    ...(trade.tolerance === undefined ? [] : [`:39A:${trade.tolerance}/${trade.tolerance}`]),
    `:43P:${trade.partialShipments ? 'ALLOWED' : 'NOT ALLOWED'}`,
    ':43T:ALLOWED',
    `:44E:${trade.loadingPort}`,
    `:44F:${trade.dischargePort}`,
    `:44C:${swift(trade.latestShipment)}`,
    `:45A:${trade.goods}`,
    ':46A:',
    ...asked,
    `:48:${trade.presentationDays}/DAYS AFTER SHIPMENT`,
    ':49:WITHOUT',
    '-}',
  ].join('\n');
}

function invoice(trade: Trade, random: Random): string {
  const [seller, buyer] = random.pick([
    ['SELLER', 'BUYER'],
    ['EXPORTER', 'IMPORTER'],
  ] as const);
  return [
    'COMMERCIAL INVOICE',
    '',
    `${seller}: ${trade.shown.seller ?? trade.beneficiary}`,
    'ADDRESS: 88 EXPORT ZONE',
    `${buyer}: ${trade.shown.buyer ?? trade.applicant}`,
    'ADDRESS: 12 QUAYSIDE',
    `INVOICE NO: INV-${random.int(1000, 9999)}`,
    `INVOICE DATE: ${paper(trade.shipped - 3)}`,
    `L/C NO: ${trade.shown.invoiceReference ?? trade.creditNumber}`,
    `DESCRIPTION OF GOODS: ${trade.shown.invoiceGoods ?? trade.goods}`,
    `QUANTITY: ${trade.quantity} ${trade.unit}`,
    `UNIT PRICE: ${money(trade.currency, trade.unitCents)}`,
    `TRADE TERM: ${trade.term} ${trade.dischargePort}`,
    `TOTAL AMOUNT: ${money(trade.currency, trade.quantity * trade.unitCents)}`,
    '',
    'SIGNED FOR THE BENEFICIARY',
  ].join('\n');
}

function bill(trade: Trade, random: Random): string {
  return [
    'OCEAN BILL OF LADING',
    '',
    `B/L NO: BL${random.int(100_000, 999_999)}`,
    `SHIPPER: ${trade.shown.shipper ?? trade.beneficiary}`,
    'CONSIGNEE: TO ORDER',
    `VESSEL AND VOYAGE: MV ${random.pick(['EVER BRIGHT', 'NORDIC STAR', 'PACIFIC HERON'])} ${random.int(10, 99)}W`,
    `PORT OF LOADING: ${trade.shown.loadingPort ?? trade.loadingPort}`,
    `PORT OF DISCHARGE: ${trade.shown.dischargePort ?? trade.dischargePort}`,
    `DESCRIPTION OF GOODS: ${trade.shown.billGoods ?? trade.goods}`,
    `FREIGHT: PREPAID`,
    `SHIPPED ON BOARD: ${paper(trade.shipped)}`,
    `REMARKS: ${trade.shown.remarks ?? 'CLEAN, NO EXCEPTIONS NOTED'}`,
    '',
    'SIGNED AS AGENT FOR THE CARRIER',
  ].join('\n');
}

function insurance(trade: Trade, random: Random): string {
  const insured = Math.ceil(trade.quantity * trade.unitCents * trade.insuredShare);
  return [
    'MARINE INSURANCE CERTIFICATE',
    '',
    `CERTIFICATE NO: MC${random.int(10_000, 99_999)}`,
    `ASSURED: ${trade.beneficiary}`,
    `SUM INSURED: ${money(trade.currency, insured)}`,
    `DESCRIPTION OF GOODS: ${trade.goods}`,
    'RISKS COVERED: INSTITUTE CARGO CLAUSES (A)',
    `DATE OF ISSUE: ${paper(trade.shipped - 1)}`,
  ].join('\n');
}

function origin(trade: Trade, random: Random): string {
  return [
    'CERTIFICATE OF ORIGIN',
    '',
    `CERTIFICATE NO: CO${random.int(10_000, 99_999)}`,
    `EXPORTER: ${trade.beneficiary}`,
    `DESCRIPTION OF GOODS: ${trade.goods}`,
    `COUNTRY OF ORIGIN: ${trade.country}`,
    `DATE OF ISSUE: ${paper(trade.shipped - 2)}`,
    'ISSUED BY: CHAMBER OF COMMERCE',
  ].join('\n');
}

function packing(trade: Trade): string {
  return [
    'PACKING LIST',
    '',
    `L/C NO: ${trade.creditNumber}`,
    `DESCRIPTION OF GOODS: ${trade.goods}`,
    `QUANTITY: ${trade.quantity} ${trade.unit}`,
    `GROSS WEIGHT: ${trade.quantity * 12} KG`,
  ].join('\n');
}

function cover(trade: Trade): string {
  return [
    'PRESENTATION OF DOCUMENTS',
    '',
    `L/C NO: ${trade.creditNumber}`,
    `DATE OF PRESENTATION: ${paper(trade.presented)}`,
    'ENCLOSED: DOCUMENTS AS PER CREDIT',
  ].join('\n');
}

/** The whole presentation, in the order of a bank's folder. */
export function pages(trade: Trade, random: Random): Page[] {
  const all: Page[] = [
    { name: 'credit.txt', type: 'letter_of_credit', text: credit(trade) },
    { name: 'cover.txt', type: 'presentation_cover', text: cover(trade) },
    { name: 'invoice.txt', type: 'commercial_invoice', text: invoice(trade, random) },
    { name: 'bill-of-lading.txt', type: 'bill_of_lading', text: bill(trade, random) },
    { name: 'origin.txt', type: 'certificate_of_origin', text: origin(trade, random) },
    { name: 'packing-list.txt', type: 'packing_list', text: packing(trade) },
  ];
  if (trade.term === 'CIF')
    all.push({ name: 'insurance.txt', type: 'insurance_certificate', text: insurance(trade, random) });
  return all.filter(({ type }) => type !== trade.shown.missing);
}
