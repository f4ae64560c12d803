import { findNear, shape } from './text.js';
import type { Day, DocumentType, Money, Read } from './types.js';
import { count, swiftDate, swiftMoney } from './values.js';
import { digits } from './text.js';

/** Tags of an MT700 that the rules use or that mark a credit. */
const TAGS = [
  '20',
  '27',
  '31C',
  '31D',
  '32B',
  '39A',
  '40A',
  '40E',
  '41D',
  '43P',
  '43T',
  '44C',
  '44E',
  '44F',
  '45A',
  '46A',
  '47A',
  '48',
  '50',
  '59',
  '71D',
  '49',
];
const BY_SHAPE = new Map(TAGS.map((tag) => [shape(tag), tag]));
const TAG_LINE = /^\s*[:;.]([0-9A-Za-z|]{2,3})[:;]\s*(.*)$/;

/** Splits a message into its tagged fields; a tag's value runs to the next known tag. */
export function findTags(lines: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>();
  let current: string | undefined;
  for (const line of lines) {
    const found = TAG_LINE.exec(line);
    const tag = found?.[1] ? BY_SHAPE.get(shape(found[1])) : undefined;
    if (tag) {
      current = tag;
      fields.set(tag, found?.[2] ?? '');
    } else if (current && line.trim().startsWith('-}')) {
      current = undefined;
    } else if (current) {
      fields.set(current, `${fields.get(current) ?? ''}\n${line}`);
    }
  }
  return fields;
}

/** A document that :46A: asks for; `type` undefined means that the clause was not understood. */
export interface Requirement {
  clause: string;
  type: DocumentType | undefined;
}

export interface Credit {
  reference: Read<string>;
  expiry: Read<Day>;
  amount: Read<Money>;
  /** Percentages above and below; {0, 0} when :39A: is absent. */
  tolerance: Read<{ over: number; under: number }>;
  latestShipment: Read<Day>;
  loadingPort: Read<string>;
  dischargePort: Read<string>;
  goods: Read<string>;
  applicant: Read<string>;
  beneficiary: Read<string>;
  requirements: Read<Requirement[]>;
  /** Days after shipment; 21 when :48: is absent (art. 14c). */
  presentationDays: Read<number>;
  partialShipments: boolean;
}

const CLAUSES: [DocumentType, string][] = [
  ['commercial_invoice', 'INVOICE'],
  ['bill_of_lading', 'LADING'],
  ['insurance_certificate', 'INSURANCE'],
  ['certificate_of_origin', 'ORIGIN'],
  ['packing_list', 'PACKING'],
];

/** Which document a clause asks for: the one that is named first ("insurance … of invoice value" asks for insurance). */
export function requirement(clause: string): Requirement {
  const hay = shape(clause);
  const named = CLAUSES.map(([type, word]) => ({ type, at: findNear(hay, shape(word)) })).filter((hit) => hit.at >= 0);
  named.sort((a, b) => a.at - b.at);
  return { clause: clause.trim(), type: named[0]?.type };
}

function requirements(text: string): Requirement[] | undefined {
  const clauses = text
    .split(/^\s*\+/m)
    .map((clause) => clause.replace(/\s+/g, ' ').trim())
    .filter((clause) => clause !== '');
  return clauses.length > 0 ? clauses.map(requirement) : undefined;
}

function tolerance(text: string): { over: number; under: number } | undefined {
  const found = /^\s*(\d{1,2})\/(\d{1,2})/.exec(digits(text));
  return found ? { over: Number(found[1]), under: Number(found[2]) } : undefined;
}

/** Parses a credit. Every field is read, absent or unreadable; nothing is guessed. */
export function parseCredit(lines: readonly string[], scanned: boolean): Credit {
  const tags = findTags(lines);
  const read = <T>(tag: string, parse: (text: string) => T | undefined): Read<T> => {
    const raw = tags.get(tag);
    if (raw === undefined) return { kind: 'absent' };
    const value = parse(raw);
    return value === undefined ? { kind: 'unreadable', raw } : { kind: 'read', value, scanned };
  };
  const firstLine = (text: string) => text.split('\n')[0]?.trim() || undefined;
  const whole = (text: string) => text.replace(/\s+/g, ' ').trim() || undefined;
  const orElse = <T>(value: Read<T>, fallback: T): Read<T> =>
    value.kind === 'absent' ? { kind: 'read', value: fallback, scanned } : value;
  return {
    reference: read('20', firstLine),
    expiry: read('31D', swiftDate),
    amount: read('32B', swiftMoney),
    tolerance: orElse(read('39A', tolerance), { over: 0, under: 0 }),
    latestShipment: read('44C', swiftDate),
    loadingPort: read('44E', firstLine),
    dischargePort: read('44F', firstLine),
    goods: read('45A', whole),
    applicant: read('50', firstLine),
    beneficiary: read('59', firstLine),
    requirements: read('46A', requirements),
    presentationDays: orElse(read('48', count), 21),
    partialShipments: !shape(tags.get('43P') ?? '').startsWith(shape('NOT')),
  };
}

/** Fields without which the credit counts as unread; half of them must be readable. */
const CORE = ['reference', 'expiry', 'amount', 'latestShipment', 'goods', 'requirements'] as const;

export function isReadable(credit: Credit): boolean {
  return CORE.filter((field) => credit[field].kind === 'read').length * 2 > CORE.length;
}
