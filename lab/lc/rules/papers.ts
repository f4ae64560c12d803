import { likeness, shape } from './text.js';
import type { Day, DocumentType, Money, Read } from './types.js';
import { count, paperDate, paperMoney } from './values.js';

/** Labels by field, per document type; the first is the usual one. */
const LABELS = {
  commercial_invoice: {
    seller: ['SELLER', 'EXPORTER'],
    buyer: ['BUYER', 'IMPORTER'],
    number: ['INVOICE NO'],
    date: ['INVOICE DATE'],
    reference: ['L/C NO', 'CREDIT NO'],
    goods: ['DESCRIPTION OF GOODS'],
    quantity: ['QUANTITY'],
    unitPrice: ['UNIT PRICE'],
    term: ['TRADE TERM'],
    total: ['TOTAL AMOUNT'],
    address: ['ADDRESS'],
  },
  bill_of_lading: {
    number: ['B/L NO'],
    shipper: ['SHIPPER'],
    consignee: ['CONSIGNEE'],
    vessel: ['VESSEL AND VOYAGE'],
    loadingPort: ['PORT OF LOADING'],
    dischargePort: ['PORT OF DISCHARGE'],
    goods: ['DESCRIPTION OF GOODS'],
    onBoard: ['SHIPPED ON BOARD'],
    remarks: ['REMARKS'],
    freight: ['FREIGHT'],
    address: ['ADDRESS'],
  },
  insurance_certificate: {
    number: ['CERTIFICATE NO'],
    assured: ['ASSURED'],
    insured: ['SUM INSURED'],
    date: ['DATE OF ISSUE'],
    goods: ['DESCRIPTION OF GOODS'],
    cover: ['RISKS COVERED'],
  },
  certificate_of_origin: {
    number: ['CERTIFICATE NO'],
    exporter: ['EXPORTER'],
    goods: ['DESCRIPTION OF GOODS'],
    country: ['COUNTRY OF ORIGIN'],
    date: ['DATE OF ISSUE'],
    issuer: ['ISSUED BY'],
  },
  packing_list: {
    reference: ['L/C NO', 'CREDIT NO'],
    goods: ['DESCRIPTION OF GOODS'],
    quantity: ['QUANTITY'],
    weight: ['GROSS WEIGHT'],
  },
  presentation_cover: {
    reference: ['L/C NO', 'CREDIT NO'],
    presented: ['DATE OF PRESENTATION'],
    enclosed: ['ENCLOSED'],
  },
} as const satisfies Partial<Record<DocumentType, Record<string, readonly string[]>>>;

export type PaperType = keyof typeof LABELS;

const LABEL_LINE = /^\s*([A-Za-z0-9/|][A-Za-z0-9/|&. -]{2,30}?)\s*[:;]\s*(.*)$/;
/** A label on a scanned page is still known with about one character in five misread. */
const LABEL_LIKENESS = 0.8;

function fieldOf(type: PaperType, label: string, scanned: boolean): string | undefined {
  let best: { field: string; like: number } | undefined;
  for (const [field, labels] of Object.entries(LABELS[type])) {
    for (const known of labels) {
      const like = likeness(shape(known), shape(label));
      if (like === 1) return field;
      if (scanned && like >= LABEL_LIKENESS && (!best || like > best.like)) best = { field, like };
    }
  }
  return best?.field;
}

/** Splits a labelled form into fields; lines without a label belong to the field above. */
export function labelled(type: PaperType, lines: readonly string[], scanned: boolean): Map<string, string> {
  const fields = new Map<string, string>();
  let current: string | undefined;
  for (const line of lines) {
    const found = LABEL_LINE.exec(line);
    const field = found?.[1] ? fieldOf(type, found[1], scanned) : undefined;
    if (field) {
      current = field;
      if (!fields.has(field)) fields.set(field, found?.[2] ?? '');
    } else if (line.trim() === '') {
      current = undefined;
    } else if (current) {
      fields.set(current, `${fields.get(current) ?? ''} ${line.trim()}`);
    }
  }
  return fields;
}

/** One presented document, its fields read by need. */
export class Paper {
  readonly #fields: Map<string, string>;

  constructor(
    readonly type: PaperType,
    lines: readonly string[],
    readonly scanned: boolean,
  ) {
    this.#fields = labelled(type, lines, scanned);
  }

  text(field: string): Read<string> {
    return this.#read(field, (raw) => raw.replace(/\s+/g, ' ').trim() || undefined);
  }

  date(field: string): Read<Day> {
    return this.#read(field, paperDate);
  }

  money(field: string): Read<Money> {
    return this.#read(field, paperMoney);
  }

  count(field: string): Read<number> {
    return this.#read(field, count);
  }

  #read<T>(field: string, parse: (raw: string) => T | undefined): Read<T> {
    const raw = this.#fields.get(field);
    if (raw === undefined) return { kind: 'absent' };
    const value = parse(raw);
    return value === undefined ? { kind: 'unreadable', raw } : { kind: 'read', value, scanned: this.scanned };
  }
}

export function isPaperType(type: string): type is PaperType {
  return Object.hasOwn(LABELS, type);
}
